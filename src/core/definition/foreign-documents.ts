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

/** What a document is when it is no task definition; undefined when it is none of those that are known. */
export function recogniseDocument(document: unknown): ForeignDocument | undefined {
  if (!isObject(document) || "containerDefinitions" in document || "ContainerDefinitions" in document) return undefined;
  return KINDS.find(({ is }) => is(document))?.foreign;
}

type Kind = { readonly is: (document: Json) => boolean; readonly foreign: ForeignDocument };

const kind = (name: string, advice: string, is: Kind["is"]): Kind => ({ is, foreign: { kind: name, advice } });
const has = (document: Json, ...members: readonly string[]) => members.every((member) => member in document);
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown) => (typeof value === "string" ? value : "");
const typesOf = (document: Json) =>
  Object.values(isObject(document.Resources) ? document.Resources : {}).map((each) =>
    isObject(each) ? text(each.Type) : "",
  );

/** In this order: the first that fits. */
const KINDS: readonly Kind[] = [
  kind(
    "a SAM template",
    `Copy the Properties of its AWS::ECS::TaskDefinition into a file (capital member names are read), or ${FROM_AWS}`,
    (document) => typesOf(document).length > 0 && text(document.Transform).startsWith("AWS::Serverless"),
  ),
  kind(
    "a CloudFormation template",
    `Copy the Properties of its AWS::ECS::TaskDefinition into a file (capital member names are read; fill in what Ref and Fn::Sub stand for), or ${FROM_AWS}`,
    (document) => has(document, "AWSTemplateFormatVersion") || typesOf(document).some((type) => type.includes("::")),
  ),
  kind(
    "a resource of a CloudFormation template",
    "Give the object under its Properties alone (capital member names are read)",
    (document) => text(document.Type).startsWith("AWS::") && isObject(document.Properties),
  ),
  kind(
    "a configuration of the CDK",
    `Run cdk synth and copy the Properties of the AWS::ECS::TaskDefinition out of cdk.out/STACK.template.json, or ${FROM_AWS}`,
    (document) =>
      has(document, "app") && (has(document, "context") || text(document.app).length > 0) && !has(document, "services"),
  ),
  kind(
    "a manifest of a CDK assembly",
    "Its templates lie beside it: copy the Properties of the AWS::ECS::TaskDefinition out of STACK.template.json",
    (document) => isObject(document.artifacts) && has(document, "version"),
  ),
  kind(
    "a plan or state of Terraform",
    "Give the container definitions alone: terraform show -json | jq '.values.root_module.resources[] | select(.type == \"aws_ecs_task_definition\") | .values.container_definitions | fromjson' | berth run -",
    (document) => has(document, "terraform_version") || (has(document, "format_version") && has(document, "values")),
  ),
  kind(
    "a manifest of Copilot",
    "Copilot makes the definition out of it: copilot svc package --name NAME (or job package), and copy the Properties of the AWS::ECS::TaskDefinition into a file (capital member names are read)",
    (document) =>
      has(document, "name", "type") &&
      /^(?:Load Balanced Web Service|Backend Service|Worker Service|Request-Driven Web Service|Static Site|Scheduled Job|Environment|Pipeline)$/i.test(
        text(document.type),
      ),
  ),
  kind(
    "a configuration of ecspresso",
    "Give the definition that it makes: ecspresso render taskdef | berth run -",
    (document) => has(document, "task_definition") && (has(document, "service") || has(document, "cluster")),
  ),
  kind(
    "an AppSpec of CodeDeploy",
    `It names a task definition only: ${FROM_AWS}`,
    (document) =>
      has(document, "version") &&
      (has(document, "Resources") || has(document, "resources")) &&
      !has(document, "services"),
  ),
  kind(
    "a Helm chart",
    "Helm makes Kubernetes manifests, and Berth runs ECS task definitions: write one with an entry in containerDefinitions for each container",
    (document) => has(document, "apiVersion", "name", "version") && !has(document, "kind"),
  ),
  kind(
    "a Kubernetes manifest",
    "Berth runs ECS task definitions: write one with an entry in containerDefinitions for each container",
    (document) => has(document, "apiVersion", "kind"),
  ),
  kind(
    "a Compose file",
    'Write a task definition with an entry in containerDefinitions for each service: name, image, "memory" in MiB, portMappings for ports, dependsOn for depends_on',
    (document) => isObject(document.services) || has(document, "version", "services"),
  ),
  kind(
    "a job of Nomad",
    "Berth runs ECS task definitions: write one with an entry in containerDefinitions for each task",
    (document) => has(document, "Job") || has(document, "job"),
  ),
  kind("an answer of DescribeTasks", `It has no definition in it: ${FROM_AWS}`, (document) =>
    Array.isArray(document.tasks),
  ),
  kind("an answer of DescribeServices", `It has no definition in it: ${FROM_AWS}`, (document) =>
    Array.isArray(document.services),
  ),
  kind("an answer of ListTaskDefinitions", `It has no definition in it: ${FROM_AWS}`, (document) =>
    Array.isArray(document.taskDefinitionArns),
  ),
  kind(
    "the definition of a service",
    `It names a task definition only: ${FROM_AWS}`,
    (document) =>
      typeof document.taskDefinition === "string" ||
      has(document, "serviceName") ||
      has(document, "desiredCount") ||
      has(document, "launchType", "networkConfiguration"),
  ),
];

const BY_TEXT: readonly { readonly pattern: RegExp; readonly foreign: ForeignDocument }[] = [
  {
    pattern: /^\s*(?:resource|module|variable|provider|terraform|locals|data|output)\b[^\n]*\{/m,
    foreign: {
      kind: "a Terraform configuration",
      advice:
        "Give the container definitions that it makes: terraform show -json | jq '.values.root_module.resources[] | select(.type == \"aws_ecs_task_definition\") | .values.container_definitions | fromjson' | berth run -",
    },
  },
  {
    pattern: /^\s*FROM\s+\S+/im,
    foreign: {
      kind: "a Dockerfile",
      advice: "Build it (docker build -t NAME .) and name the image in a task definition",
    },
  },
  {
    pattern: /^\s*job\s+"[^"]+"\s*\{/m,
    foreign: {
      kind: "a job of Nomad",
      advice: "Berth runs ECS task definitions: write one with an entry for each task",
    },
  },
];

/** What a text is that is neither JSON nor YAML, or is YAML by chance only. */
export function recogniseText(content: string): ForeignDocument | undefined {
  if (/^\s*[[{]/.test(content)) return undefined;
  return BY_TEXT.find(({ pattern }) => pattern.test(content))?.foreign;
}
