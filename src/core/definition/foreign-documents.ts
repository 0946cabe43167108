/**
 * Files of other tools, recognised by what is in them. Each holds a task definition, or stands for one, in a form of its
 * own: the answer says which it is, and the command that gives the form that is read here.
 */
type Json = Readonly<Record<string, unknown>>;

export type ForeignDocument = {
  /** What the file is, after "it is". */
  readonly kind: string;
  /** How to come by a task definition. */
  readonly advice: string;
};

const FROM_AWS = "for one that is registered: aws ecs describe-task-definition --task-definition FAMILY | berth run -";
const COPY_PROPERTIES =
  "copy the Properties of its AWS::ECS::TaskDefinition into a file (capital member names are read)";
const WRITE_ONE = "Berth runs ECS task definitions: write one with an entry in containerDefinitions for each";

/** Of a plan, of a state as `terraform show -json` prints it, and of a state file. */
const TERRAFORM_JQ = `jq '[.. | objects | select(.type? == "aws_ecs_task_definition") | (.values? // .instances?[0].attributes) | select(.container_definitions?) | {family, cpu, memory, networkMode: .network_mode, volumes: [.volume[]? | {name}], containerDefinitions: (.container_definitions | fromjson)}][0]'`;
const TEMPLATE_JQ = `jq '[.Resources[] | select(.Type == "AWS::ECS::TaskDefinition") | {Family: "task"} + .Properties][0]'`;

/**
 * What a document is when it is no task definition; undefined when it is none of those that are known.
 * @param file as it stands in a command
 */
export function recogniseDocument(document: unknown, file: string): ForeignDocument | undefined {
  const inList = Array.isArray(document) ? document[0] : undefined;
  const kinds = Array.isArray(document) ? LIST_KINDS : KINDS;
  const one: unknown = inList ?? document;
  if (!isObject(one) || "containerDefinitions" in one || "ContainerDefinitions" in one) return undefined;
  const found = kinds.find(({ is }) => is(one));
  return found === undefined ? undefined : { kind: found.kind, advice: found.advice(one, file) };
}

type Kind = {
  readonly kind: string;
  readonly is: (document: Json) => boolean;
  readonly advice: (document: Json, file: string) => string;
};

const kind = (name: string, is: Kind["is"], advice: string | Kind["advice"]): Kind => ({
  kind: name,
  is,
  advice: typeof advice === "string" ? () => advice : advice,
});
const has = (document: Json, ...members: readonly string[]) => members.every((member) => member in document);
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown) => (typeof value === "string" ? value : "");
const valuesOf = (value: unknown) => (isObject(value) ? Object.values(value).filter(isObject) : []);
const hasResource = (document: Json, type: RegExp) =>
  valuesOf(document.Resources).some((resource) => type.test(text(resource.Type)));

function templateAdvice(_: Json, file: string): string {
  const command = `${TEMPLATE_JQ} ${file} | berth run -`;
  const how = file.endsWith(".json") ? `Give what it defines: ${command}` : `In a file, ${COPY_PROPERTIES}`;
  return `${how}, with values in the place of Ref and Fn::Sub; or ${FROM_AWS}`;
}

function assemblyAdvice({ artifacts }: Json): string {
  const files = valuesOf(artifacts).flatMap(({ properties }) =>
    isObject(properties) && typeof properties.templateFile === "string" ? [properties.templateFile] : [],
  );
  return `Its templates lie beside it: give ${files.slice(0, 3).join(", ") || "STACK.template.json"}`;
}

function copilotAdvice({ name, type }: Json): string {
  const what = /job/i.test(text(type)) ? "job" : "svc";
  return `Copilot makes a template out of it: run copilot ${what} package --name ${text(name)} --env ENVIRONMENT, and ${COPY_PROPERTIES}; or ${FROM_AWS}`;
}

function ecspressoAdvice({ task_definition }: Json, file: string): string {
  return `Give the definition that it makes: ecspresso --config ${file} render taskdef | berth run - (it is written in ${text(task_definition)})`;
}

/** In this order: the first that fits. */
const KINDS: readonly Kind[] = [
  kind(
    "a SAM template",
    (document) => hasResource(document, /./) && /AWS::Serverless/.test(JSON.stringify(document.Transform ?? "")),
    templateAdvice,
  ),
  kind(
    "a CloudFormation template",
    (document) => has(document, "AWSTemplateFormatVersion") || hasResource(document, /::/),
    templateAdvice,
  ),
  kind(
    "a resource of a CloudFormation template",
    (document) => text(document.Type).startsWith("AWS::") && isObject(document.Properties),
    "Give the object under its Properties alone (capital member names are read)",
  ),
  kind(
    "a configuration of the CDK",
    (document) =>
      text(document.app).length > 0 &&
      !has(document, "services") &&
      (has(document, "context") || !has(document, "name")),
    `Run cdk synth and give cdk.out/STACK.template.json, or ${FROM_AWS}`,
  ),
  kind(
    "a manifest of a CDK assembly",
    (document) => isObject(document.artifacts) && has(document, "version"),
    assemblyAdvice,
  ),
  kind(
    "a plan or state of Terraform",
    (document) => has(document, "terraform_version") || (has(document, "format_version") && has(document, "values")),
    (_, file) => `Give the definition in it: ${TERRAFORM_JQ} ${file} | berth run -`,
  ),
  kind(
    "a manifest of Copilot",
    (document) =>
      has(document, "name", "type") &&
      /^(?:Load Balanced Web Service|Backend Service|Worker Service|Request-Driven Web Service|Static Site|Scheduled Job|Environment|Pipeline)$/i.test(
        text(document.type),
      ),
    copilotAdvice,
  ),
  kind(
    "a configuration of ecspresso",
    (document) =>
      typeof document.task_definition === "string" && (has(document, "service") || has(document, "cluster")),
    ecspressoAdvice,
  ),
  kind(
    "a file of parameters of the ECS CLI",
    (document) => isObject(document.task_definition) && has(document, "version"),
    `Register what it makes of the Compose file (ecs-cli compose create), then, ${FROM_AWS}`,
  ),
  kind(
    "an AppSpec of CodeDeploy",
    (document) =>
      has(document, "version") &&
      (has(document, "Resources") || has(document, "resources")) &&
      !has(document, "services"),
    `It names a task definition only: give that file (taskdef.json, as a rule), or ${FROM_AWS}`,
  ),
  kind(
    "a Helm chart",
    (document) => has(document, "apiVersion", "name", "version") && !has(document, "kind"),
    `${WRITE_ONE} container`,
  ),
  kind(
    "a file of values of a Helm chart",
    (document) => isObject(document.image) && has(document.image, "repository"),
    `${WRITE_ONE} container`,
  ),
  kind("a Kubernetes manifest", (document) => has(document, "apiVersion", "kind"), `${WRITE_ONE} container`),
  kind(
    "a configuration of the Serverless Framework",
    (document) => has(document, "service") && isObject(document.provider),
    `Run serverless package and give .serverless/cloudformation-template-update-stack.json, or ${FROM_AWS}`,
  ),
  kind(
    "a workflow of GitHub Actions",
    (document) => isObject(document.jobs) && !has(document, "services"),
    `Give the task definition that it deploys, or ${FROM_AWS}`,
  ),
  kind(
    "a Compose file",
    (document) => isObject(document.services) || has(document, "version", "services"),
    'Write a task definition with an entry in containerDefinitions for each service: name, image, "memory" in MiB, portMappings for ports, dependsOn for depends_on',
  ),
  kind("a job of Nomad", (document) => has(document, "Job") || has(document, "job"), `${WRITE_ONE} task`),
  kind(
    "a Dockerrun.aws.json of Elastic Beanstalk",
    (document) => has(document, "AWSEBDockerrunVersion"),
    `${WRITE_ONE} container: its image is Image.Name`,
  ),
  kind(
    "a job definition of AWS Batch",
    (document) => has(document, "containerProperties") || Array.isArray(document.jobDefinitions),
    "Write a task definition with an entry in containerDefinitions: image, command and environment are called the same in containerProperties",
  ),
  kind(
    "an answer of DescribeTasks",
    (document) => Array.isArray(document.tasks),
    `It has no definition in it: ${FROM_AWS}`,
  ),
  kind(
    "an answer of DescribeServices",
    (document) => Array.isArray(document.services),
    `It has no definition in it: ${FROM_AWS}`,
  ),
  kind(
    "an answer of ListTaskDefinitions",
    (document) => Array.isArray(document.taskDefinitionArns),
    `It has no definition in it: ${FROM_AWS}`,
  ),
  kind(
    "the definition of a service, or a request to run a task",
    (document) =>
      typeof document.taskDefinition === "string" ||
      has(document, "serviceName") ||
      has(document, "desiredCount") ||
      has(document, "launchType", "networkConfiguration"),
    ({ taskDefinition }) =>
      `It names a task definition only: ${FROM_AWS.replace("FAMILY", shortName(text(taskDefinition)))}`,
  ),
  kind(
    "the definition of one container",
    (document) => text(document.name) !== "" && text(document.image) !== "" && !has(document, "family"),
    'Put it into a task: {"family": "NAME", "containerDefinitions": [...]}; a list of containers alone is read too',
  ),
];

function shortName(definition: string): string {
  return /^[\w:./-]+$/.test(definition) ? definition : "FAMILY";
}

const LIST_KINDS: readonly Kind[] = [
  kind(
    "a file of image definitions of CodePipeline",
    (entry) => has(entry, "name", "imageUri"),
    "It names images only: give the task definition, with berth run task.json --image CONTAINER=REFERENCE",
  ),
  kind(
    "an answer of docker inspect",
    (entry) => has(entry, "Id") && (has(entry, "Config") || has(entry, "RepoTags")),
    "Write a task definition with an entry in containerDefinitions for the container: its image, command and environment are under Config",
  ),
];

type TextKind = ForeignDocument & {
  readonly pattern: RegExp;
  /** Has to be there as well. */
  readonly and?: RegExp;
};

const BY_TEXT: readonly TextKind[] = [
  {
    pattern: /^AWSTemplateFormatVersion\b|^\s*Type:\s*["']?AWS::\w+::/m,
    kind: "a CloudFormation template",
    advice: `In a file, ${COPY_PROPERTIES}, with values in the place of !Ref and !Sub; or ${FROM_AWS}`,
  },
  {
    pattern: /^\s*(?:resource|module|variable|provider|terraform|locals|data|output)\b[^\n]*\{/m,
    kind: "a Terraform configuration",
    advice: `Give the definition that it makes: terraform show -json | ${TERRAFORM_JQ} | berth run -`,
  },
  {
    pattern: /^(?:[ \t]*(?:#.*)?\n|ARG\s.*\n)*[ \t]*FROM\s+\S+/i,
    kind: "a Dockerfile",
    advice: "Build it (docker build -t NAME .) and name the image in a task definition",
  },
  { pattern: /^\s*job\s+"[^"]+"\s*\{/m, kind: "a job of Nomad", advice: `${WRITE_ONE} task` },
  {
    pattern: /^kind:/m,
    and: /\{\{[^\n}]{0,200}\.(?:Values|Release|Chart)\b/,
    kind: "a template of a Helm chart",
    advice: `${WRITE_ONE} container`,
  },
  {
    pattern: /["'@](?:aws-cdk-lib|aws-cdk)\b|\bimport aws_cdk\b|\bfrom aws_cdk\b|software\.amazon\.awscdk/,
    kind: "a program of the CDK",
    advice: `Run cdk synth and give cdk.out/STACK.template.json, or ${FROM_AWS}`,
  },
];

/** What a text is that is neither JSON nor YAML, or is YAML by chance only. */
export function recogniseText(content: string): ForeignDocument | undefined {
  if (/^\s*(?:\{(?!\{)|\[)/.test(content)) return undefined;
  return BY_TEXT.find(({ pattern, and }) => pattern.test(content) && and?.test(content) !== false);
}
