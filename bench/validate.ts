/**
 * Definitions a second through parsing text, checking and normalising: one of 20 containers (ECS takes 10, so this one is
 * refused, after all checks), the largest that ECS takes, and the whole corpus.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { unwrapDocument } from "../src/core/definition/document.ts";
import { readDefinitionText } from "../src/core/definition/text.ts";
import { validateTaskDefinition } from "../src/core/definition/validate.ts";
import { CpuTimer } from "./lib/cpu.ts";
import { report } from "./lib/report.ts";
import { interleaved, spreadOf } from "./lib/stats.ts";

const ROUNDS = 7;
/** BERTH_CORPUS, as for the tests; examples stand in for a corpus that is not there. */
const FOLDERS = [process.env.BERTH_CORPUS, join("..", "shared", "corpus", "task-definitions"), "examples"];

const definitionWith = (containers: number) =>
  JSON.stringify({
    family: "large",
    networkMode: "bridge",
    cpu: "2048",
    memory: "8192",
    volumes: [{ name: "data" }],
    containerDefinitions: Array.from({ length: containers }, (_, index) => ({
      name: `container-${index}`,
      image: `registry.example/app-${index}:1.2.3`,
      essential: index === 0,
      cpu: 64,
      memory: 256,
      memoryReservation: 128,
      command: ["serve", "--port", "8080"],
      environment: Array.from({ length: 5 }, (_, variable) => ({
        name: `NAME_${variable}`,
        value: `value ${variable}`,
      })),
      portMappings: [{ containerPort: 8080 + index, protocol: "tcp" }],
      mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
      healthCheck: { command: ["CMD-SHELL", "test -f /ready"], interval: 5, retries: 3 },
      logConfiguration: { logDriver: "json-file", options: { "max-size": "10m" } },
      ...(index === 0 ? {} : { dependsOn: [{ containerName: `container-${index - 1}`, condition: "START" }] }),
    })),
  });

function corpusFolder(): string {
  const found = FOLDERS.find((folder) => folder !== undefined && existsSync(folder));
  if (found === undefined) throw new Error("Cannot find task definitions: set BERTH_CORPUS");
  return found;
}

const folder = corpusFolder();
const corpus = readdirSync(folder)
  .filter((file) => file.endsWith(".json") && !file.includes("expected"))
  .map((file) => readFileSync(join(folder, file), "utf8"));

function check(text: string): boolean {
  return validateTaskDefinition(unwrapDocument(readDefinitionText(text, "task.json")).input).ok;
}

type Rate = { readonly perSecond: number; readonly perCpuSecond: number };

function rate(texts: readonly string[], times: number): Rate {
  const timer = new CpuTimer();
  for (let time = 0; time < times; time += 1) for (const text of texts) check(text);
  const count = times * texts.length;
  return { perSecond: count / (timer.wallMs / 1_000), perCpuSecond: count / (timer.cpuMs / 1_000) };
}

const [ten, twenty] = [definitionWith(10), definitionWith(20)];
if (!check(ten)) throw new Error("Cannot measure: the definition of 10 containers is invalid");
rate([ten, twenty], 300);
rate(corpus, 3);
const runs = await interleaved(ROUNDS, {
  twentyContainers: async () => rate([twenty], 500),
  tenContainers: async () => rate([ten], 1_000),
  corpus: async () => rate(corpus, 8),
});
const figures = Object.fromEntries(
  Object.entries(runs).map(([name, rates]) => [
    name,
    {
      perSecond: spreadOf(rates.map(({ perSecond }) => perSecond)),
      perCpuSecond: spreadOf(rates.map(({ perCpuSecond }) => perCpuSecond)),
    },
  ]),
);
report("validate", { ...figures, corpusFiles: corpus.length, target: "2000 definitions a second" });
