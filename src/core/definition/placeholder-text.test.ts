// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders look like that
import { describe, expect, it } from "vitest";
import { quotePlaceholders } from "./placeholder-text.ts";
import { fillPlaceholders, findPlaceholders } from "./placeholders.ts";
import { readDefinitionText } from "./text.ts";
import { validateTaskDefinition } from "./validate.ts";

const task = (memory: string, image = '"nginx"') =>
  `{"family": "f", "containerDefinitions": [{"name": "web", "image": ${image}, "memory": ${memory}}]}`;

describe("readDefinitionText() of a text with bare placeholders", () => {
  it.each([
    ["${MEM}", "MEM"],
    ["${ MEM }", "MEM"],
    ["$MEM", "MEM"],
    ["{{ mem }}", "mem"],
    ["{{mem}}", "mem"],
    ["${{ vars.MEM }}", "vars.MEM"],
    ["<MEM>", "MEM"],
    ["__MEM__", "__MEM__"],
    ["%MEM%", "MEM"],
    ["#{MEM}", "MEM"],
    ["${MEM:-64}", "MEM"],
    ['{{ index .Values "mem" }}', 'index .Values "mem"'],
  ])("reads %s where a number belongs, and fills it as one", (placeholder, name) => {
    const document = readDefinitionText(task(placeholder), "task.json");
    expect(findPlaceholders(document)).toEqual([{ path: "containerDefinitions[0].memory", placeholder, name }]);
    const validation = validateTaskDefinition(fillPlaceholders(document, { [name]: "64" }));
    expect(validation.ok && validation.definition.containerDefinitions[0]?.memory).toBe(64);
  });

  it("takes a value with quotes and brackets for what it is", () => {
    const document = readDefinitionText(task("16", "${IMAGE}:${TAG}"), "task.json");
    expect(findPlaceholders(document).map(({ name }) => name)).toEqual(["IMAGE", "TAG"]);
    const filled = fillPlaceholders(document, { IMAGE: '"}, {"x": [', TAG: "1" });
    expect(filled).toMatchObject({ containerDefinitions: [{ image: '"}, {"x": [:1', memory: 16 }] });
  });

  it("reads an expression with quotes of its own within a string", () => {
    const document = readDefinitionText(
      task("16", '"{{ must_env "IMAGE" }}:{{ tfstate "aws_ecr.x[\'a\'].url" }}"'),
      "task.json",
    );
    expect(findPlaceholders(document).map(({ name }) => name)).toEqual(["IMAGE", "tfstate \"aws_ecr.x['a'].url\""]);
  });

  it("names the place of another fault in the text as it was written", () => {
    const text = '{\n "a": ${LONG_PLACEHOLDER},\n "b": nonsense}';
    expect(() => readDefinitionText(text, "task.json")).toThrow("task.json:3:7: Cannot read JSON: a value is expected");
  });

  it.each([
    ['{"containerDefinitions": [{% for c in all %}{"name": "x"},{% endfor %}]}', "{% for c in all %}", "1:27"],
    ['{"a": [{{ range .x }}1{{ end }}]}', "{{ range .x }}", "1:8"],
    ['{"a": [<% xs.each do |x| %>1<% end %>]}', "<% xs.each do |x| %>", "1:8"],
    ['{"a": [%{ for x in xs }1%{ endfor }]}', "%{ for x in xs }", "1:8"],
  ])("says of %s that it is a template", (text, statement, place) => {
    expect(() => readDefinitionText(text, "task.json")).toThrow(
      `task.json:${place}: Cannot read a template: ${statement} is a statement of it`,
    );
  });

  it("reads them in YAML, also where braces would be YAML's own", () => {
    const yaml = [
      "family: f",
      "cpu: {{ cpu }}",
      "containerDefinitions:",
      "  - name: web",
      "    image: {{ repo }}:{{ tag }}",
      "    memory: %MEM%",
      "    command: [sh, -c, 'echo {{ x }}']",
      "    environment: [{name: A, value: {{ a }}}]",
    ].join("\n");
    const names = findPlaceholders(readDefinitionText(yaml, "task.yaml")).map(({ name }) => name);
    expect(names).toEqual(["cpu", "repo", "tag", "MEM", "a"]);
  });
});

describe("quotePlaceholders()", () => {
  it("leaves what is JSON as it is", () => {
    const json = '{"a": "{{", "b": "}}", "c": "${x} \\"{{ y }}\\"", "d": [1, true, null, -2e3]}';
    expect(quotePlaceholders(json)).toBeUndefined();
  });
});
