import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { unwrapDocument } from "./document.ts";
import { recogniseDocument, recogniseText } from "./foreign-documents.ts";
import { validateTaskDefinition } from "./validate.ts";

describe("recogniseDocument()", () => {
  it.each([
    ["a CloudFormation template", { AWSTemplateFormatVersion: "2010-09-09", Resources: {} }],
    ["a CloudFormation template", { Resources: { T: { Type: "AWS::ECS::TaskDefinition", Properties: {} } } }],
    [
      "a SAM template",
      { Transform: "AWS::Serverless-2016-10-31", Resources: { F: { Type: "AWS::Serverless::Function" } } },
    ],
    ["a resource of a CloudFormation template", { Type: "AWS::ECS::TaskDefinition", Properties: {} }],
    ["a configuration of the CDK", { app: "npx ts-node bin/app.ts", context: {} }],
    ["a manifest of a CDK assembly", { version: "36.0.0", artifacts: {} }],
    ["a plan or state of Terraform", { format_version: "1.0", terraform_version: "1.9.0", values: {} }],
    ["a plan or state of Terraform", { version: 4, terraform_version: "1.9.0", resources: [] }],
    ["a manifest of Copilot", { name: "api", type: "Load Balanced Web Service", image: {}, cpu: 256 }],
    ["a configuration of ecspresso", { region: "eu-west-1", cluster: "c", service: "s", task_definition: "td.json" }],
    ["an AppSpec of CodeDeploy", { version: 0.0, Resources: [{ TargetService: {} }] }],
    ["a Helm chart", { apiVersion: "v2", name: "web", version: "1.0.0" }],
    ["a Kubernetes manifest", { apiVersion: "apps/v1", kind: "Deployment", metadata: {} }],
    ["a Compose file", { services: { web: { image: "nginx" } } }],
    ["a Compose file", { version: "3.8", services: {} }],
    ["a job of Nomad", { Job: {} }],
    ["an answer of DescribeTasks", { tasks: [], failures: [] }],
    ["an answer of DescribeServices", { services: [], failures: [] }],
    [
      "the definition of a service, or a request to run a task",
      { cluster: "c", serviceName: "s", taskDefinition: "web:1", desiredCount: 1 },
    ],
    ["the definition of a service, or a request to run a task", { cluster: "c", taskDefinition: "web:1", count: 2 }],
    ["a file of parameters of the ECS CLI", { version: 1, task_definition: { ecs_network_mode: "awsvpc" } }],
    ["a file of values of a Helm chart", { replicaCount: 1, image: { repository: "nginx", tag: "1" } }],
    ["a configuration of the Serverless Framework", { service: "s", provider: { name: "aws" }, functions: {} }],
    ["a workflow of GitHub Actions", { name: "deploy", on: "push", jobs: { deploy: {} } }],
    ["a Dockerrun.aws.json of Elastic Beanstalk", { AWSEBDockerrunVersion: "1", Image: { Name: "web" } }],
    ["a job definition of AWS Batch", { jobDefinitionName: "j", type: "container", containerProperties: {} }],
    ["the definition of one container", { name: "web", image: "nginx", memory: 10 }],
    ["a file of image definitions of CodePipeline", [{ name: "web", imageUri: "web:1" }]],
    ["an answer of docker inspect", [{ Id: "sha256:1", Config: {}, HostConfig: {} }]],
  ])("knows %s", (kind, document) => {
    expect(recogniseDocument(document, "x.json")?.kind).toBe(kind);
  });

  it.each([
    [{ family: "a", containerDefinitions: [] }],
    [{ Family: "a", ContainerDefinitions: [] }],
    [{ family: "a", containers: [] }],
    [{ taskDefinition: { family: "a", containerDefinitions: [] } }],
    [{}],
    [[]],
    [null],
    ["text"],
  ])("leaves what may be a task definition: %j", (document) => {
    expect(recogniseDocument(document, "x.json")).toBeUndefined();
  });
});

describe("recogniseText()", () => {
  it.each([
    ["a Terraform configuration", 'resource "aws_ecs_task_definition" "web" {\n  family = "web"\n}'],
    ["a Dockerfile", "# syntax\nFROM node:20\nCOPY . ."],
    ["a job of Nomad", 'job "web" {\n}'],
  ])("knows %s", (kind, content) => {
    expect(recogniseText(content)?.kind).toBe(kind);
  });

  it.each([
    [
      "a CloudFormation template",
      "Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties: {Family: !Ref X}",
    ],
    ["a template of a Helm chart", "{{- if .Values.on }}\napiVersion: apps/v1\nkind: Deployment\n{{- end }}"],
    ["a program of the CDK", 'import * as ecs from "aws-cdk-lib/aws-ecs";'],
  ])("knows %s", (kind, content) => {
    expect(recogniseText(content)?.kind).toBe(kind);
  });

  it("leaves JSON to its reader", () => {
    expect(recogniseText('{"resource": {')).toBeUndefined();
  });
});

describe("the advice for another tool's file", () => {
  const JQ = "jq";
  const advice = (document: unknown, file = "x.json") => recogniseDocument(document, file)?.advice ?? "";
  const jqOf = (text: string) => /jq '(?<filter>[^']+)' (?<file>\S+) \| berth run -/.exec(text)?.groups;
  const extract = (filter: string, document: unknown): unknown =>
    JSON.parse(execFileSync(JQ, [filter], { input: JSON.stringify(document), encoding: "utf8" }));
  const attributes = {
    family: "web",
    cpu: "256",
    memory: "512",
    network_mode: "awsvpc",
    volume: [{ name: "data", host_path: "" }],
    container_definitions: JSON.stringify([{ name: "web", image: "nginx" }]),
  };
  const resource = { type: "aws_ecs_task_definition", values: attributes };
  const hasJq = spawnSync(JQ, ["--version"]).status === 0;

  it.runIf(hasJq).each([
    ["a plan", { terraform_version: "1.9", planned_values: { root_module: { resources: [resource] } } }],
    ["a module", { terraform_version: "1.9", values: { root_module: { child_modules: [{ resources: [resource] }] } } }],
    [
      "a state file",
      { terraform_version: "1.9", version: 4, resources: [{ type: resource.type, instances: [{ attributes }] }] },
    ],
  ])("is a filter that gives the definition in %s of Terraform", (_, document) => {
    const { filter = "", file } = jqOf(advice(document)) ?? {};
    expect(file).toBe("x.json");
    expect(validateTaskDefinition(extract(filter, document))).toMatchObject({ ok: true, problems: [] });
  });

  it.runIf(hasJq)("is a filter that gives the definition in a template", () => {
    const Properties = { ContainerDefinitions: [{ Name: "web", Image: "nginx", Memory: 10 }] };
    const document = {
      Resources: { B: { Type: "AWS::S3::Bucket" }, T: { Type: "AWS::ECS::TaskDefinition", Properties } },
    };
    const { filter = "" } = jqOf(advice(document)) ?? {};
    expect(validateTaskDefinition(unwrapDocument(extract(filter, document)).input).ok).toBe(true);
  });

  it("names what the file names", () => {
    expect(advice({ name: "nightly", type: "Scheduled Job" })).toContain("copilot job package --name nightly --env");
    expect(advice({ service: "s", task_definition: "td.json" }, "prod.yml")).toContain(
      "ecspresso --config prod.yml render taskdef | berth run - (it is written in td.json)",
    );
    expect(advice({ serviceName: "s", taskDefinition: "web:3" })).toContain("--task-definition web:3 | berth run -");
    const artifacts = { shop: { properties: { templateFile: "shop.template.json" } } };
    expect(advice({ version: "36.0.0", artifacts })).toContain("give shop.template.json");
  });
});
