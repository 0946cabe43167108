/** The verbs and options of `berth`. Imports commander and nothing else, so that `--help` is quick: bodies load on use. */
import { Command, Option, type OutputConfiguration } from "commander";
import { SHELLS, type Shell } from "./completion/shells.ts";
import type { CliHost } from "./host.ts";
import { PULL_BEHAVIOURS } from "./run-environment.ts";
import { inLines, visible } from "./shown.ts";

/** Runs of the parsed verb; resolves to the exit code. */
export type Outcome = { code: number };

const EXAMPLES = `
Examples:
  berth run task.json                       run it, show a live board and the logs
  berth run task.json --env web:DEBUG=1     with a variable of one container
  aws ecs describe-task-definition --task-definition web | berth run -
  berth validate *.json                     every problem, with what to write
  berth plan task.json                      what starts when, and why

Exit codes of run: 0 all essential containers exited 0, else the code of the one that ended the task;
2 invalid definition or usage, 124 --timeout, 125 the engine could not run it,
129 SIGHUP, 130 SIGINT, 131 SIGQUIT, 143 SIGTERM.`;

export function createProgram(host: CliHost, outcome: Outcome): Command {
  const program = new Command("berth")
    .description("Runs Amazon ECS task definitions on any Docker host")
    .version(host.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .configureHelp({ showGlobalOptions: false })
    .showHelpAfterError("(see berth --help)")
    .addHelpText("after", EXAMPLES)
    .configureOutput(outputOf(host))
    .exitOverride();
  addRun(program, host, outcome);
  addValidate(program, host, outcome);
  addPlan(program, host, outcome);
  addExplain(program, host, outcome);
  addCompletion(program, host, outcome);
  return program;
}

/** A guess that Commander puts on a line of its own. */
const GUESS = /\n(\(Did you mean (?:one of )?[\w, -]+\?\))$/u;

/** Commander writes help, in lines of ours, and errors, which quote what was typed: those are one line. */
function outputOf({ output }: CliHost): OutputConfiguration {
  const lines = (text: string) => inLines(text.replace(/\n$/u, "").split("\n").map(visible));
  return {
    writeOut: (text) => output.writeOut(lines(text)),
    writeErr: (text) => output.writeErr(lines(text)),
    outputError: (text) => {
      const [error = "", guess] = text.trimEnd().split(GUESS);
      output.writeErr(inLines([error, ...(guess === undefined ? [] : [guess])].map(visible)));
    },
  };
}

const FILE_HELP = "task definition (JSON or YAML), - for standard input";

function addRun(program: Command, host: CliHost, outcome: Outcome): void {
  const command = withDefinitionOptions(program.command("run"))
    .summary("run a task until it ends")
    .description("Runs a task until it ends, and removes what it made")
    .argument("<file>", FILE_HELP)
    .option("--env <container:name=value>", "variable of a container (repeatable)", collect)
    .addOption(new Option("--pull <when>", "when to pull images").choices(PULL_BEHAVIOURS).default("default"))
    .option("--cluster <name>", "cluster that the task believes to be in", "default")
    .option("--region <name>", "region of the task, for its containers and for AWS")
    .option("--timeout <duration>", "stop after 30, 30s, 2m or 1h30m, and exit with 124")
    .option("--replace", "remove what killed runs of the same family have left, first")
    .option("--keep", "leave the containers after the end")
    .option("--wait-unhealthy", "wait on, as ECS does, when a container waits for one that is UNHEALTHY")
    .option("--secrets <file>", "values of secrets: JSON, YAML or NAME=VALUE lines")
    .option("--aws", "ask AWS for secrets, environment files and logins of images in ECR")
    .option("--env-files <dir>", "folder with environment files, as BUCKET/KEY")
    .addOption(outputOption(["text", "json"]))
    .option("--no-logs", "show no output of containers");
  command.action(async (file: string, options) => {
    outcome.code = await (await import("./run.ts")).runCommand(file, options, host);
  });
}

function addValidate(program: Command, host: CliHost, outcome: Outcome): void {
  withDefinitionOptions(program.command("validate"))
    .summary("name every problem of task definitions")
    .description("Names every problem of task definitions, and what this host does in another way")
    .argument("<file...>", FILE_HELP)
    .addOption(outputOption(["text", "json"]))
    .action(async (files: string[], options) => {
      outcome.code = await (await import("./validate.ts")).validateCommand(files, options, host);
    });
}

function addPlan(program: Command, host: CliHost, outcome: Outcome): void {
  withDefinitionOptions(program.command("plan"))
    .summary("show what starts and stops when, and why")
    .description("Shows the order in which containers start and stop, and why, without Docker")
    .argument("<file>", FILE_HELP)
    .addOption(outputOption(["text", "json", "mermaid"]))
    .action(async (file: string, options) => {
      outcome.code = await (await import("./plan.ts")).planCommand(file, options, host);
    });
}

function addExplain(program: Command, host: CliHost, outcome: Outcome): void {
  program
    .command("explain")
    .summary("explain a rule of validate")
    .description("Explains a rule that validate names; without one, lists them all")
    .argument("[rule...]", "rule id, as in [image-required]")
    .action(async (rules: string[]) => {
      outcome.code = (await import("./explain.ts")).explainCommand(rules, host.output);
    });
}

function addCompletion(program: Command, host: CliHost, outcome: Outcome): void {
  program
    .command("completion")
    .summary("print a shell completion script")
    .description("Prints a completion script: source <(berth completion bash)")
    .addArgument(program.createArgument("<shell>", "shell that is to read it").choices(SHELLS))
    .action(async (shell: Shell) => {
      outcome.code = (await import("./completion/completion.ts")).completionCommand(shell, host);
    });
  // What the scripts call at each press of Tab.
  program
    .command("complete", { hidden: true })
    .addArgument(program.createArgument("<shell>").choices(SHELLS))
    .argument("[words...]")
    .action(async (shell: Shell, words: string[]) => {
      const { completeCommand } = await import("./completion/completion.ts");
      outcome.code = await completeCommand(shell, words, { program, host });
    });
}

/** Options that change the definition, and so the plan as well as the run. */
function withDefinitionOptions(command: Command): Command {
  return command
    .option("--overrides <file|json>", "overrides as RunTask takes them")
    .option("--image <container=ref>", "another image for a container (repeatable)", collect)
    .addOption(setOption())
    .addOption(setFileOption())
    .option("--volume <name=path>", "a folder of this host as a volume (repeatable)", collect);
}

function setOption(): Option {
  return new Option("--set <name=value>", "fill in a placeholder (repeatable)").argParser(collect);
}

function setFileOption(): Option {
  return new Option("--set-file <file>", "values for placeholders: NAME=VALUE lines");
}

function outputOption(choices: readonly string[]): Option {
  return new Option("--output <format>", "format of the output").choices(choices).default("text");
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}
