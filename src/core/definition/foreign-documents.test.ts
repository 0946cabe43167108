import { describe, expect, it } from "vitest";
import { recogniseDocument, recogniseText } from "./foreign-documents.ts";

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
    ["the definition of a service", { cluster: "c", serviceName: "s", taskDefinition: "web:1", desiredCount: 1 }],
  ])("knows %s", (kind, document) => {
    expect(recogniseDocument(document)?.kind).toBe(kind);
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
    expect(recogniseDocument(document)).toBeUndefined();
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

  it("leaves JSON to its reader", () => {
    expect(recogniseText('{"resource": {')).toBeUndefined();
  });
});
