import { describe, expect, it } from "vitest";
import { imageFault } from "./image-reference.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("imageFault()", () => {
  it.each([
    "nginx",
    "nginx:1.27",
    "library/nginx",
    "localhost/web",
    "localhost:5000/web:1",
    "127.0.0.1:5000/a/b:c",
    "registry.example.com/team/web.app_x__y--z:V1.0_rc-1",
    `web@${DIGEST}`,
    `registry.example.com:443/web:1@${DIGEST}`,
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1",
    "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/web",
    "public.ecr.aws/nginx/nginx:stable",
  ])("finds nothing wrong with %s", (reference) => {
    expect(imageFault(reference)).toBeUndefined();
  });

  it.each([
    ["REPOSITORY_URI:IMAGE_TAG", 'The repository "REPOSITORY_URI" is not in lower case', undefined],
    ["Shop/web", 'The repository "Shop/web" is not in lower case', undefined],
    ["https://index.docker.io/library/nginx:1", "An image has no https:// in front", "index.docker.io/library/nginx:1"],
    ["docker://nginx", "An image has no docker:// in front", "nginx"],
    ["web:", "The tag is empty", "web"],
    [`web:@${DIGEST}`, "The tag is empty", `web@${DIGEST}`],
    ["web:.1", 'The tag ".1" is not', undefined],
    [`web:${"a".repeat(129)}`, "is not 1 to 128", undefined],
    ["shop//web:1", "slash too many", "shop/web:1"],
    ["shop/web/", "slash too many", "shop/web"],
    ["/web", "slash too many", "web"],
    [":1", "no repository", undefined],
    ["-web", '"-web" in the repository', undefined],
    ["shop/we..b", '"we..b" in the repository', undefined],
    ["registry.example.com:99999/web", 'port "99999" is no port', undefined],
    ["registry.example.com:/web", 'port "" is no port', undefined],
    ["-a.example.com/web", 'registry "-a.example.com" is no host name', undefined],
    ["web@sha256:12", "is not sha256: and 64", undefined],
    [`web@${DIGEST.toUpperCase()}`, "is not sha256: and 64", undefined],
    ["1234.dkr.ecr.eu-west-1.amazonaws.com/web", '"1234" of an ECR registry has no 12 digits', undefined],
  ])("says what is wrong with %s", (reference, message, instead) => {
    const fault = imageFault(reference);
    expect(fault?.message).toContain(message);
    expect(fault?.instead).toBe(instead);
    if (instead !== undefined) expect(imageFault(instead)).toBeUndefined();
  });
});
