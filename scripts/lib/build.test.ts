import type { Metafile } from "esbuild";
import { describe, expect, it } from "vitest";
import { refuseNameless } from "./build.mjs";

function bundled(format: "cjs" | "esm"): Metafile {
  const shared = { bytes: 1 };
  return {
    inputs: {
      "src/a.ts": { ...shared, format: "esm", imports: [{ path: "node_modules/p/index.js", kind: "dynamic-import" }] },
      "node_modules/p/index.js": { ...shared, format, imports: [] },
    },
    outputs: {},
  };
}

describe("refuseNameless()", () => {
  it("names who imports a CommonJS package on demand, which has no names in a bundle", () => {
    expect(() => refuseNameless(bundled("cjs"))).toThrow(
      "Cannot bundle src/a.ts: it imports node_modules/p/index.js on demand; import a file of ours",
    );
    expect(() => refuseNameless(bundled("esm"))).not.toThrow();
  });
});
