import { describe, expect, it } from "vitest";
import { findLogin, parseEngineAuth, readEncodedLogin } from "./engine-auth.ts";

const encode = (text: string) => Buffer.from(text).toString("base64");

const DOCKER = JSON.stringify({
  "https://index.docker.io/v1/": { username: "hub", password: "p", email: "e" },
  "https://example.tld": { username: "host", password: "p" },
  "example.tld/user2": { username: "user2", password: "p" },
  "paths.tld/only/this": { username: "only", password: "p" },
});
const DOCKERCFG = JSON.stringify({
  "https://index.docker.io/v1/": { auth: encode("hub:p"), email: "e" },
  "http://example.tld": { auth: encode("host:p") },
  "example.tld/user2": { auth: encode("user2:p") },
  "paths.tld/only/this": { auth: encode("only:p") },
});

describe.each([
  ["docker", DOCKER],
  ["dockercfg", DOCKERCFG],
])("findLogin() with type %s", (type, data) => {
  const { logins, warnings } = parseEngineAuth(type, data);

  it.each([
    ["example.tld/my/image", "host"],
    ["example.tld/user2/image", "user2"],
    ["example.tld/user22/image", "host"],
    ["example.tld/user2/image:tag", "user2"],
    ["busybox", "hub"],
    ["team/app:1", "hub"],
    ["docker.io/team/app", "hub"],
    ["registry-1.docker.io/team/app", "hub"],
    ["sub.example.tld/my/image", undefined],
    ["other.tld/my/image", undefined],
    ["localhost:5000/x", undefined],
  ])("DC-70: %s has the login of %s", (image, username) => {
    expect(findLogin(logins, image)?.username).toBe(username);
    expect(warnings).toEqual([]);
  });

  it("DC-71: a key with a path serves other images of its host when it is the only one", () => {
    expect(findLogin(logins, "paths.tld/other")?.username).toBe("only");
  });
});

describe("parseEngineAuth()", () => {
  it("DC-72, DC-73: warns about an unknown type, and says nothing about an empty one", () => {
    expect(parseEngineAuth("", "whatever").warnings).toEqual([]);
    expect(parseEngineAuth("other", "{}").warnings).toHaveLength(1);
    for (const [type, data] of [
      ["", ""],
      ["docker", "{}"],
      ["dockercfg", "{}"],
      ["other", DOCKER],
    ] as const) {
      expect(parseEngineAuth(type, data).logins.size).toBe(0);
    }
  });

  it.each(["[]", "null", '"text"', '{"a.tld": "text"}', '{"a.tld": 1}'])("DC-72: finds no login in %s", (data) => {
    expect(parseEngineAuth("docker", data).logins.size).toBe(0);
    expect(parseEngineAuth("dockercfg", data).logins.size).toBe(0);
  });

  it("DC-72, IMG-12: keeps the data out of its warnings", () => {
    const { logins, warnings } = parseEngineAuth("docker", "hunter2 is no JSON");
    expect(logins.size).toBe(0);
    expect(warnings.join()).not.toContain("hunter2");
  });

  it("DC-72: skips an entry that is not base64 of user:password", () => {
    const data = JSON.stringify({
      "a.tld": { auth: "***" },
      "b.tld": { auth: encode("nocolon") },
      "c.tld": { auth: encode("u:p") },
    });
    const { logins, warnings } = parseEngineAuth("dockercfg", data);
    expect([...logins.keys()]).toEqual(["c.tld"]);
    expect(warnings).toHaveLength(2);
  });
});

describe("readEncodedLogin()", () => {
  it("keeps colons of a password and takes an identity token as it is", () => {
    expect(readEncodedLogin({ auth: encode("u:a:b") })).toEqual({ username: "u", password: "a:b" });
    expect(readEncodedLogin({ auth: encode("u:p"), identitytoken: "t" })).toEqual({ identityToken: "t" });
    expect(readEncodedLogin({})).toBeUndefined();
  });
});
