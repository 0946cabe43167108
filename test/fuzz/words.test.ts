/** Short grammars: image references, ARNs, durations, sizes, ranges, time stamps, endpoints. */
import fc from "fast-check";
import { describe, it } from "vitest";
import { parseDuration } from "../../src/cli/units.ts";
import { parseTaskCpu, parseTaskMemory } from "../../src/core/definition/sizes.ts";
import { formatGoDuration } from "../../src/core/duration.ts";
import { parseS3ObjectArn } from "../../src/core/environment-files/s3-arn.ts";
import { EngineError, InvalidInputError } from "../../src/core/errors.ts";
import { parsePortRange } from "../../src/core/host-ports.ts";
import { parsePullBehaviour } from "../../src/core/images/pull-policy.ts";
import {
  normaliseReference,
  parseImageReference,
  repositoryOf,
  sameImageName,
} from "../../src/core/images/reference.ts";
import { parseContainerStatus, parseTaskStatus } from "../../src/core/status.ts";
import { parseEndpoint } from "../../src/docker/endpoint/parse-endpoint.ts";
import { parseTimestamp } from "../../src/docker/parse/timestamp.ts";
import { onlyNamed } from "./only-named.ts";
import { settings } from "./runs.ts";
import { fuzzBytes, textSeeds } from "./seeds.ts";

type Grammar = { readonly name: string; readonly seeds: readonly string[]; readonly parse: (text: string) => unknown };

const NAMED = [InvalidInputError, EngineError];
const DIGEST = `sha256:${"0".repeat(64)}`;

const GRAMMARS: readonly Grammar[] = [
  {
    name: "image reference",
    seeds: ["a.example:5000/b/c:1", `[::1]:5000/b@${DIGEST}`, "web"],
    parse: parseImageReference,
  },
  { name: "normalised reference", seeds: ["docker.io/library/web:1", "localhost/a__b-c"], parse: normaliseReference },
  { name: "repository", seeds: ["registry.example/a-b/c_d"], parse: repositoryOf },
  { name: "same image", seeds: ["web:1"], parse: (text) => sameImageName(text, `docker.io/${text}`) },
  { name: "S3 ARN", seeds: ["arn:aws:s3:::bucket/folder/file.env"], parse: (text) => parseS3ObjectArn(text) },
  { name: "duration", seeds: ["1h30m", "500ms", "30", "0.5s"], parse: (text) => parseDuration("--timeout", text) },
  { name: "cpu", seeds: ["1 vCPU", ".5 vcpu", "1024"], parse: parseTaskCpu },
  { name: "memory", seeds: ["2GB", "0.5 GB", "2048"], parse: parseTaskMemory },
  { name: "port range", seeds: ["8000-8010"], parse: parsePortRange },
  { name: "pull behaviour", seeds: ["prefer-cached", "always"], parse: parsePullBehaviour },
  { name: "container status", seeds: ["RUNNING", "RESOURCES_PROVISIONED"], parse: parseContainerStatus },
  { name: "task status", seeds: ["RUNNING", "MANIFEST_PULLED"], parse: parseTaskStatus },
  { name: "time stamp", seeds: ["2026-01-02T03:04:05.000000006Z", "2026-01-02T03:04:05+01:00"], parse: parseTimestamp },
  {
    name: "endpoint",
    seeds: ["unix:///a/docker.sock", "tcp://host.example:2376"],
    parse: (text) => parseEndpoint(text, false),
  },
];

describe("words", () => {
  it.each(GRAMMARS)("$name: bytes of valid ones, damaged, and any text", ({ name, seeds, parse }) => {
    fuzzBytes(name, textSeeds(seeds), 400, ({ bytes }) => void onlyNamed(NAMED, () => parse(bytes.toString("utf8"))));
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "__proto__", "constructor", "toString"));
    fc.assert(
      fc.property(text, (word) => void onlyNamed(NAMED, () => parse(word))),
      settings(300),
    );
  });

  it.each(GRAMMARS)("$name: one piece repeated 20,000 times, and 50 MB of one letter", ({ seeds, parse }) => {
    for (const piece of ["a", "0", "-", ".", "_", "/", ":", "@", " ", "a-", "a.", "1h", "0.", "\n", ...seeds]) {
      const text = piece.repeat(20_000);
      for (const tried of [text, `${text}!`, `a/${text}!`, `${seeds[0]}${text}!`]) onlyNamed(NAMED, () => parse(tried));
    }
    const long = "a".repeat(50 * 1024 * 1024);
    onlyNamed(NAMED, () => parse(long));
  });

  it("any number is written as a duration", () => {
    fc.assert(
      fc.property(fc.double(), (ms) => void formatGoDuration(ms)),
      settings(300),
    );
  });
});
