// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders look like that
import { describe, expect, it } from "vitest";
import { aFargateRequest, aRequest, definitionOf, findingsOf, problemsOf, twoContainers } from "./a-definition.ts";
import { ALL_CASES } from "./cases/all.ts";
import { C0, depends, health, port, ROLE } from "./cases/case.ts";
import { isWithoutEffect } from "./member-effect.ts";
import type { RuleId } from "./rules.ts";
import { RULE_IDS, RULES } from "./rules.ts";
import { FARGATE_CPU_SIZES, fargateMemorySizes } from "./sizes.ts";
import { validateTaskDefinition } from "./validate.ts";

const ALL = ALL_CASES;

describe("validateTaskDefinition()", () => {
  it.each(ALL.map((example) => [example.rule, example.path, example] as const))(
    "finds %s at %s, and nothing else",
    (_rule, _path, example) => {
      const validation = validateTaskDefinition(example.input);
      const [found, ...others] = validation.problems;
      expect(others).toEqual([]);
      expect(found).toMatchObject({
        rule: example.rule,
        path: example.path,
        severity: example.warning === undefined ? "error" : "warning",
        ...(example.aws === undefined ? {} : { awsMessage: example.aws }),
      });
      expect(validation.ok).toBe(example.warning === true);
    },
  );

  it("reports every problem, in the order in which ECS checks", () => {
    const request = {
      family: "a b",
      cpu: "none",
      networkMode: "bridged",
      containerDefinitions: [{ name: "web", image: "", cpu: "1", portMappings: [{ containerPort: 0 }] }],
      tags: [],
    };
    expect(findingsOf(request)).toEqual([
      `wrong-type ${C0}.cpu`,
      "family-characters family",
      `image-required ${C0}.image`,
      `memory-required ${C0}`,
      "task-cpu-invalid cpu",
      `port-out-of-range ${C0}.portMappings[0].containerPort`,
      "enum-value networkMode",
      "tags-empty tags",
    ]);
  });

  it("says of every error what to write, in one line and without a full stop", () => {
    for (const { rule, message, fix } of ALL.flatMap(({ input }) => [...problemsOf(input)])) {
      expect(message, rule).toMatch(/^[^\n]+[^.\n]$/);
      expect(fix ?? "none", rule).not.toMatch(/[.\n]$/);
    }
  });

  it("reads an object that has no text where a word of a list belongs", () => {
    const input = aRequest({ requiresCompatibilities: [{ toString: false }], pidMode: { toString: false } });
    expect(findingsOf(input)).toEqual(["wrong-type requiresCompatibilities[0]", "wrong-type pidMode"]);
  });

  it("prints a dependency cycle", () => {
    const [problem] = problemsOf(twoContainers(depends("db", "START"), { links: ["web:w"] }));
    expect(problem?.message).toBe("The start order has a cycle: web -> db -> web");
  });

  it("suggests the member, container or volume that was meant", () => {
    expect(problemsOf(aRequest({}, { enviroment: [] }))[0]?.fix).toBe('Did you mean "environment"');
    expect(problemsOf(twoContainers(depends("dv", "START"), {}))[0]?.fix).toBe('Did you mean "db"');
    const mount = { mountPoints: [{ sourceVolume: "dat", containerPath: "/d" }] };
    expect(problemsOf(aRequest({ volumes: [{ name: "data" }] }, mount))[0]?.fix).toBe('Did you mean "data"');
  });

  it("names the option that fills the placeholder behind an error", () => {
    const [problem] = problemsOf(aRequest({}, { image: "<IMAGE1_NAME>" }));
    expect(problem).toMatchObject({ rule: "image-characters", path: `${C0}.image` });
    expect(problem?.message).toContain('The placeholder "<IMAGE1_NAME>" is not filled in');
    expect(problem?.fix).toContain("--set IMAGE1_NAME=VALUE");
    expect(problem?.fix).toContain("--image CONTAINER=REFERENCE");
    const [memory] = problemsOf(aRequest({}, { memory: "${MEMORY}" }));
    expect(memory).toMatchObject({ rule: "wrong-type", awsMessage: "STRING_VALUE cannot be converted to Integer" });
    expect(memory?.fix).toContain("--set MEMORY=VALUE");
  });

  it("leaves shell expressions in commands and within environment values alone", () => {
    const values = [
      "http://${B}/$C",
      "costs $5 {{ not filled",
      "a <b> c",
      "$",
      "<>",
      "${",
      "Change it",
      "YOURS",
      "A_B",
    ];
    const environment = values.map((value, index) => ({ name: `V${index}`, value }));
    expect(problemsOf(aRequest({}, { command: ["sh", "-c", "echo ${HOME} $PORT"], environment }))).toEqual([]);
  });

  it("names once for a container the values of variables that are nothing but a placeholder", () => {
    const values = [
      "__DB_HOST__",
      "$DB_PORT",
      "<YOUR_API_KEY>",
      "${D}",
      "{{ e.f }}",
      "CHANGE_ME",
      "YOUR_TOKEN",
      " %G% ",
      "${{ H }}",
    ];
    const environment = values.map((value, index) => ({ name: `V${index}`, value }));
    const [problem, ...more] = problemsOf(aRequest({}, { environment }));
    expect(more).toEqual([]);
    expect(problem).toMatchObject({
      severity: "warning",
      path: "containerDefinitions[0].environment",
      rule: "placeholder-unfilled",
      fix: "Fill them in with --set __DB_HOST__=VALUE --set DB_PORT=VALUE --set YOUR_API_KEY=VALUE --set D=VALUE --set e.f=VALUE --set CHANGE_ME=VALUE --set YOUR_TOKEN=VALUE --set G=VALUE --set H=VALUE",
    });
  });
});

describe("validateTaskDefinition() accepts", () => {
  const accepted = (input: unknown) => expect(problemsOf(input)).toEqual([]);

  it("interfaces 42: one host port for tcp and for udp", () => {
    accepted(
      aRequest({}, port({ containerPort: 53, hostPort: 53 }, { containerPort: 53, hostPort: 53, protocol: "udp" })),
    );
  });

  it("interfaces 34: no container memory beside task memory", () => {
    accepted(aRequest({ memory: "512" }, { memory: null }));
  });

  it("interfaces 36: every pair of Fargate's table", () => {
    const pairs = FARGATE_CPU_SIZES.flatMap((cpu) => fargateMemorySizes(cpu).map((memory) => [cpu, memory] as const));
    expect(pairs).toHaveLength(3 + 4 + 7 + 13 + 23 + 12 + 12);
    for (const [cpu, memory] of pairs) accepted(aFargateRequest({ cpu: String(cpu), memory: String(memory) }));
  });

  it("the forms of image references and roles", () => {
    for (const image of ["nginx", "127.0.0.1:5000/a/b:c", `web@sha256:${"a".repeat(64)}`])
      accepted(aRequest({}, { image }));
    for (const role of ["ecsTaskRole", ROLE, "arn:aws-cn:iam::123456789012:role/path/run", ""])
      accepted(aRequest({ taskRoleArn: role }));
  });

  it("empty lists and null members for everything unused", () => {
    accepted(
      aRequest(
        { volumes: [], placementConstraints: [], tags: null },
        { links: [], dnsServers: [], command: null, portMappings: [] },
      ),
    );
  });

  it("interfaces 44: the output-only members of a described definition", () => {
    const described = {
      revision: 3,
      status: "ACTIVE",
      registeredAt: 1,
      requiresAttributes: [{ name: "a" }],
      compatibilities: ["EC2"],
    };
    accepted(aRequest(described));
  });

  it("NONE as a health check, and equal memory limits", () => {
    accepted(aRequest({}, { healthCheck: { command: ["NONE"] }, memoryReservation: 64 }));
  });
});

describe("validateTaskDefinition() normalises", () => {
  it("interfaces 17: defaults are filled in", () => {
    const definition = definitionOf(aRequest({}, port({ containerPort: 80 })));
    expect(definition).toEqual({
      family: "shop",
      volumes: [],
      placementConstraints: [],
      containerDefinitions: [
        {
          name: "web",
          image: "nginx:1.27",
          memory: 64,
          cpu: 0,
          essential: true,
          portMappings: [{ containerPort: 80, hostPort: 0, protocol: "tcp" }],
          environment: [],
          mountPoints: [],
          volumesFrom: [],
          systemControls: [],
        },
      ],
    });
  });

  it("interfaces 18: members that were never given are absent", () => {
    const members = Object.keys(definitionOf(aRequest()));
    for (const absent of ["networkMode", "requiresCompatibilities", "taskRoleArn", "cpu", "tags"])
      expect(members).not.toContain(absent);
  });

  it("interfaces 19: a health check gets interval, timeout and retries", () => {
    expect(definitionOf(aRequest({}, health({}))).containerDefinitions[0]?.healthCheck).toEqual({
      command: ["CMD", "true"],
      interval: 30,
      timeout: 5,
      retries: 3,
    });
  });

  it.each([
    ["1 vCPU", "2GB", "1024", "2048"],
    [".5 vcpu", "0.5 GB", "512", "512"],
    ["2048", "4096", "2048", "4096"],
  ])("interfaces 20: task size %s, %s", (cpu, memory, units, mebibytes) => {
    expect(definitionOf(aRequest({ cpu, memory }))).toMatchObject({ cpu: units, memory: mebibytes });
  });

  it("the host port of awsvpc and host to the container port", () => {
    for (const networkMode of ["awsvpc", "host"]) {
      const definition = definitionOf(
        aRequest({ networkMode }, port({ containerPort: 80 }, { containerPort: 81, hostPort: 0 })),
      );
      expect(definition.containerDefinitions[0]?.portMappings.map(({ hostPort }) => hostPort)).toEqual([80, 81]);
    }
  });

  it("Docker volumes: scope task, driver local; a range has no host port", () => {
    const definition = definitionOf(
      aRequest(
        { volumes: [{ name: "v", dockerVolumeConfiguration: { driver: "local", labels: { a: "b" } } }] },
        port({ containerPortRange: "1-5" }),
      ),
    );
    expect(definition.volumes).toEqual([
      { name: "v", dockerVolumeConfiguration: { scope: "task", driver: "local", labels: { a: "b" } } },
    ]);
    expect(definition.containerDefinitions[0]?.portMappings).toEqual([{ containerPortRange: "1-5", protocol: "tcp" }]);
  });

  it("to a deeply frozen value that does not share the input's parts", () => {
    const labels = { team: "web" };
    const definition = definitionOf(aRequest({}, { dockerLabels: labels }));
    const kept = definition.containerDefinitions[0]?.dockerLabels;
    expect(kept).toEqual(labels);
    expect(kept).not.toBe(labels);
    expect([definition, definition.containerDefinitions, kept].every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen(labels)).toBe(false);
  });
});

describe("RULES", () => {
  it.each(ALL.map(({ rule, input }) => [rule, input] as const))("%s refuses only what it rests on", (rule, input) => {
    const { restsOn } = RULES[rule];
    for (const { rule: found, severity, path, awsMessage } of problemsOf(input)) {
      expect(found).toBe(rule);
      if (severity === "error")
        expect([restsOn, isWithoutEffect(path)]).toEqual([expect.not.stringMatching("nothing"), false]);
      else if (restsOn === "AWS")
        expect([path, isWithoutEffect(path) || awsMessage === undefined]).toEqual([path, true]);
      if (awsMessage !== undefined) expect(restsOn).toBe("AWS");
    }
  });

  it("names the API error of every error that AWS has a text for", () => {
    for (const { rule, aws } of ALL) if (aws !== undefined) expect(RULES[rule].apiError, rule).toBeDefined();
  });

  it("is exercised whole by the tables above, but for what other tests show", () => {
    const elsewhere: readonly RuleId[] = [
      "document-too-deep",
      "document-too-large",
      "document-container-array",
      "document-list",
      "emulated-here",
      "ignored-here",
      "refused-here",
      "windows-here",
      "override-container-unknown",
      "override-too-large",
    ];
    const shown = new Set<RuleId>([...ALL.map(({ rule }) => rule), ...elsewhere]);
    expect(RULE_IDS.filter((id) => !shown.has(id))).toEqual([]);
  });
});
