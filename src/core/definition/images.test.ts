import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../errors.ts";
import { aRequest, definitionOf, twoContainers } from "./a-definition.ts";
import { replaceImages } from "./images.ts";

describe("replaceImages()", () => {
  it("puts another image in a container's place, in a definition and in a raw document", () => {
    const definition = replaceImages(definitionOf(twoContainers({}, {})), { db: "local/db:dev" });
    expect(definition.containerDefinitions.map(({ image }) => image)).toEqual(["nginx:1.27", "local/db:dev"]);
    expect(Object.isFrozen(definition.containerDefinitions)).toBe(true);
    expect(replaceImages(aRequest({}, { image: "<IMAGE>" }), { web: "local:1" })).toEqual(
      aRequest({}, { image: "local:1" }),
    );
  });

  it("names the containers that there are when one is unknown", () => {
    expect(() => replaceImages(twoContainers({}, {}), { wed: "a" })).toThrow(InvalidInputError);
    expect(() => replaceImages(twoContainers({}, {}), { wed: "a" })).toThrow(
      'Cannot replace image of "wed": the definition has no such container, it has "web", "db". Did you mean "web"',
    );
    expect(() => replaceImages({}, { web: "a" })).toThrow("it has none");
    expect(() => replaceImages("text", { web: "a" })).toThrow("the document is no object");
  });

  it("refuses what is no image reference, with its path", () => {
    expect(() => replaceImages(aRequest(), { web: "a b" })).toThrow(
      'containerDefinitions[0].image: Cannot use image "a b"',
    );
  });

  it("gives the same definition back when nothing is replaced", () => {
    const request = aRequest();
    expect(replaceImages(request, {})).toBe(request);
  });
});
