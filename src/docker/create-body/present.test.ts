import { describe, expect, it } from "vitest";
import type { HostConfig } from "../../ports/docker-client.ts";
import { putTogether } from "./present.ts";

describe("putTogether()", () => {
  it("leaves out what has no value", () => {
    const body = putTogether<HostConfig>({ NetworkMode: "none", Memory: undefined }, { Binds: undefined, Init: true });
    expect(Object.keys(body)).toEqual(["NetworkMode", "Init"]);
  });

  it("takes the later of two values, and no value is none", () => {
    const parts = [{ Memory: 2 }, { NetworkMode: undefined }] as const;
    expect(putTogether<HostConfig>({ NetworkMode: "none", Memory: 1 }, ...parts)).toEqual({
      NetworkMode: "none",
      Memory: 2,
    });
  });
});
