import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { registryHeader } from "./registry-header.ts";

describe("registryHeader()", () => {
  it("is absent without credentials", () => {
    expect(registryHeader(undefined)).toEqual({});
  });

  it("uses Docker's member names", () => {
    const header = registryHeader({ username: "u", password: "p", identityToken: "t", serverAddress: "example.tld" });
    expect(JSON.parse(Buffer.from(header["X-Registry-Auth"] ?? "", "base64url").toString())).toEqual({
      username: "u",
      password: "p",
      identitytoken: "t",
      serveraddress: "example.tld",
    });
  });

  it("is padded base64url for whatever password", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (password) => {
        const text = registryHeader({ username: "u", password })["X-Registry-Auth"] ?? "";
        expect(text).toMatch(/^[A-Za-z0-9_-]+={0,2}$/);
        expect(text.length % 4).toBe(0);
      }),
    );
  });
});
