/** How the members of a definition and of overrides are read. Source: engine-behaviour 1. */
import { describe, expect, it } from "vitest";
import { isEmptyVolume } from "../resources/volumes.ts";
import { aRequest, definitionOf, twoContainers } from "./a-definition.ts";
import { applyOverrides } from "./apply-overrides.ts";
import { validateTaskOverride } from "./overrides.ts";

function ofFirst(container: Readonly<Record<string, unknown>>) {
  return definitionOf(twoContainers(container, {}));
}

describe("port mappings", () => {
  it.each([
    [{ protocol: null }, "tcp"],
    [{}, "tcp"],
    [{ protocol: "tcp" }, "tcp"],
    [{ protocol: "udp" }, "udp"],
  ])("DM-34: the protocol of %j is %s", (mapping, protocol) => {
    const definition = ofFirst({ portMappings: [{ containerPort: 53, ...mapping }] });
    expect(definition.containerDefinitions[0]?.portMappings).toMatchObject([{ containerPort: 53, protocol }]);
  });
});

describe("volumes", () => {
  const definition = definitionOf({
    ...aRequest(),
    volumes: [
      { name: "empty", host: {} },
      { name: "path", host: { sourcePath: "/p" } },
    ],
  });

  it("DM-39: a host without a path is an empty volume, one with a path is that path", () => {
    expect(definition.volumes.map((volume) => [volume.name, isEmptyVolume(volume), volume.host?.sourcePath])).toEqual([
      ["empty", true, undefined],
      ["path", false, "/p"],
    ]);
  });

  it("DM-40: both kinds are the same after being written and read", () => {
    const again = definitionOf(JSON.parse(JSON.stringify({ ...aRequest(), volumes: definition.volumes })));
    expect(again.volumes).toEqual(definition.volumes);
    expect(again.volumes.map(isEmptyVolume)).toEqual([true, false]);
  });

  it("DM-41: volumesFrom can be written to unless it says otherwise", () => {
    const { name = "" } = ofFirst({}).containerDefinitions[1] ?? {};
    const from = (readOnly: Readonly<Record<string, unknown>>) =>
      ofFirst({ volumesFrom: [{ sourceContainer: name, ...readOnly }] });
    expect(from({}).containerDefinitions[0]?.volumesFrom).toEqual([{ sourceContainer: name, readOnly: false }]);
    expect(from({ readOnly: true }).containerDefinitions[0]?.volumesFrom).toMatchObject([{ readOnly: true }]);
  });
});

describe("overrides", () => {
  const definition = ofFirst({ command: ["own"] });
  const [first, second] = definition.containerDefinitions;
  const override = { containerOverrides: [{ name: first?.name, command: ["other"] }] };

  it("DM-42, DM-51: are taken as an object or as its JSON text, and change the command of whom they name", () => {
    for (const input of [override, JSON.parse(JSON.stringify(override))]) {
      const checked = validateTaskOverride(input, definition);
      if (!checked.ok) throw new Error("the override is valid");
      const [changed, other] = applyOverrides(definition, checked.overrides).containerDefinitions;
      expect(changed?.command).toEqual(["other"]);
      expect(other).toBe(second);
    }
    expect(applyOverrides(definition, {}).containerDefinitions[0]?.command).toEqual(["own"]);
  });

  it.each([[[override]], ["command"], [7]])("%j is refused", (input) => {
    expect(validateTaskOverride(input, definition).ok).toBe(false);
  });
});
