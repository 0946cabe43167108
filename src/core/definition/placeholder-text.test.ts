// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders look like that
import { describe, expect, it } from "vitest";
import { quotePlaceholders } from "./placeholder-text.ts";
import { fillPlaceholders, findPlaceholders } from "./placeholders.ts";
import { barePlaceholders, readDefinitionText } from "./text.ts";
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
    ["${MEM?not set}", "MEM"],
    ["${MEM:-${DEFAULT}}", "MEM"],
    ["{{{mem}}}", "mem"],
    ["<%= mem %>", "mem"],
    ["$(MEM)", "MEM"],
    ["((mem))", "mem"],
    ["%(mem)s", "mem"],
    ["@MEM@", "MEM"],
    ["@@MEM@@", "MEM"],
    ["$MEM$", "MEM"],
    ["#{MEM}#", "MEM"],
    ['${lookup({a = "b"}, "c")}', 'lookup({a = "b"}, "c")'],
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

  it("says of one that stands for members that it cannot be filled", () => {
    expect(() => readDefinitionText('{"a": ${A}, ${MORE},\n "b": 1}', "task.json")).toThrow(
      "task.json:1:20: Cannot read JSON: the placeholder ${MORE} stands where a member belongs",
    );
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

  it("leaves texts of YAML that only look like them", () => {
    const script = "echo {{ x }}\nkey: {{ y }}\n";
    const yaml = `command:\n  - sh\n  - |\n    ${script.trimEnd().replace("\n", "\n    ")}\n  - [{{ z }}, {{ w }}]\n`;
    expect(readDefinitionText(yaml, "task.yaml")).toEqual({ command: ["sh", script, ["{{ z }}", "{{ w }}"]] });
  });

  it("takes JSON for a list or an object that is one placeholder, and nothing else for structure", () => {
    const document = readDefinitionText(
      '{"containerDefinitions": [{"environment": ${ENV}, "command": $COMMAND, "dockerLabels": {{ labels }}, "image": ${I}}]}',
      "task.json",
    );
    expect(findPlaceholders(document).map(({ name, takes }) => [name, takes])).toEqual([
      ["ENV", "list"],
      ["COMMAND", "list"],
      ["labels", "object"],
      ["I", undefined],
    ]);
    const filled = fillPlaceholders(document, { ENV: '[{"name": "A"}]', COMMAND: "ls", labels: "[1]", I: "[2]" });
    expect(filled).toEqual({
      containerDefinitions: [{ environment: [{ name: "A" }], command: "ls", dockerLabels: "[1]", image: "[2]" }],
    });
  });

  it.each([
    [
      "task.json",
      '{"family": "f",\n "containerDefinitions": [{"command": ["sh", ${A}], "image": ${A}, "memory": $B}]}',
      2,
    ],
    ["task.yaml", "cpu: 5\ncontainerDefinitions: [{command: [{{ A }}, x]}]\nmemory: %B%\n", 2],
  ])("knows where each of %s stands", (_, text, line) => {
    const bare = barePlaceholders(text);
    expect(bare[0]).toMatchObject({ name: "A", line });
    const lines = text.split("\n");
    for (const { placeholder, line: at, column } of bare)
      expect(lines[at - 1]?.slice(column - 1)).toMatch(new RegExp(`^${placeholder.replace(/[${}]/g, "\\$&")}`));
    expect(new Set(bare.map(({ name }) => name))).toEqual(new Set(["A", "B"]));
  });
});

describe("quotePlaceholders()", () => {
  it("leaves what is JSON as it is", () => {
    const json = '{"a": "{{", "b": "}}", "c": "${x} \\"{{ y }}\\"", "d": [1, true, null, -2e3]}';
    expect(quotePlaceholders(json)).toBeUndefined();
  });
});
