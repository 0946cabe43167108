// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders look like that
import { describe, expect, it } from "vitest";
import { aContainer, aRequest } from "./a-definition.ts";
import { scanPlaceholders } from "./placeholder-forms.ts";
import { fillPlaceholders, findPlaceholders, setOption } from "./placeholders.ts";
import { validateTaskDefinition } from "./validate.ts";

const namesIn = (text: string, style: "identifier" | "option" | "shell" = "identifier") =>
  scanPlaceholders(text, style).map(({ name }) => name);

describe("scanPlaceholders()", () => {
  it.each([
    ["<IMAGE1_NAME>", ["IMAGE1_NAME"]],
    ["<image of any app that sends logs to stdout", ["image of any app that sends logs to stdout"]],
    ["${TAG}", ["TAG"]],
    ["${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/web", ["AWS::AccountId", "AWS::Region"]],
    ["${REPOSITORY:-web}:${TAG}", ["REPOSITORY", "TAG"]],
    ["${{ env.TAG }}", ["env.TAG"]],
    ["$$$NETWORK_MODE$$$", ["NETWORK_MODE"]],
    ["$$$$CPUSHARE$$$$", ["CPUSHARE"]],
    ["$IMAGE", ["IMAGE"]],
    ["{{ecsTaskRoleArn}}", ["ecsTaskRoleArn"]],
    ["{{ .app_image }}", ["app_image"]],
    ["{{ must_env `IMAGE` }}", ["IMAGE"]],
    ["web:{{ env `TAG` `latest` }}", ["TAG"]],
    ["{{ cfn_output `stack` `devRoleArn` }}", ["cfn_output `stack` `devRoleArn`"]],
    ["{{ tfstate `aws_ecr.all['app'].url` }}:latest", ["tfstate `aws_ecr.all['app'].url`"]],
    ["{your-account-id}.dkr.ecr.eu-west-1.amazonaws.com/{your-repo}", ["your-account-id", "your-repo"]],
    ["[IMAGE]", ["IMAGE"]],
    ["[[ image ]]", ["image"]],
    ["< image >", ["image"]],
    ["__image__", ["__image__"]],
    ["<%= @image %>:${TAG:=latest}", ["@image", "TAG"]],
    ["{{{ image }}}", ["image"]],
    ["$(IMAGE)", ["IMAGE"]],
    ["((image))", ["image"]],
    ["%{IMAGE}", ["IMAGE"]],
    ["$${IMAGE}", ["IMAGE"]],
    ["$IMAGE$:$TAG", ["IMAGE", "TAG"]],
    ["%IMAGE%", ["IMAGE"]],
    ["__TASK_ROLE__", ["__TASK_ROLE__"]],
    ["PLACEHOLDER_ROLE_ARN", ["PLACEHOLDER_ROLE_ARN"]],
    ["ACCOUNT_ID.dkr.ecr.REGION.amazonaws.com/web", ["ACCOUNT_ID", "REGION"]],
    ["arn:aws:iam::XXXXXXXXXXXX:role/run", ["XXXXXXXXXXXX"]],
    ["arn:aws:iam::aws_account_id:role/run", ["aws_account_id"]],
    ["arn:aws:secretsmanager:region:YOUR_ACCOUNT_ID:secret:a", ["region", "YOUR_ACCOUNT_ID"]],
  ])("reads %s as an identifier", (text, names) => {
    expect(namesIn(text)).toEqual(names);
  });

  it.each([
    "nginx:1.27",
    "arn:aws:iam::123456789012:role/run",
    "arn:aws:s3:::bucket/app.env",
    "web@sha256:0123456789012345678901234567890123456789012345678901234567890123",
    "a__b__c",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/a",
  ])("finds nothing in %s", (text) => {
    expect(namesIn(text)).toEqual([]);
  });

  it("knows Docker's own templates in options, and the shell's words in commands", () => {
    expect(namesIn("{{.Name}}-{{REGION}}", "option")).toEqual(["REGION"]);
    expect(namesIn("echo $HOME [a] ${TAG}", "shell")).toEqual(["TAG"]);
  });
});

describe("findPlaceholders()", () => {
  it("names what would break, with its path", () => {
    const request = aRequest(
      { executionRoleArn: "<ROLE>", cpu: "${CPU}" },
      {
        image: "${REPOSITORY}:${TAG}",
        memory: "{{memory}}",
        command: ["sh", "-c", "echo ${HOME} <b>"],
        environment: [{ name: "URL", value: "${URL}" }],
        healthCheck: { command: ["CMD-SHELL", "test $A"] },
        dockerLabels: { rule: "Host(`${HOST}`)" },
        logConfiguration: { logDriver: "awslogs", options: { "awslogs-region": "$REGION", tag: "{{.Name}}-${X}" } },
      },
    );
    const C0 = "containerDefinitions[0]";
    expect(findPlaceholders(request)).toEqual(
      [
        { path: "executionRoleArn", placeholder: "<ROLE>", name: "ROLE" },
        { path: "cpu", placeholder: "${CPU}", name: "CPU" },
        { path: `${C0}.image`, placeholder: "${REPOSITORY}", name: "REPOSITORY" },
        { path: `${C0}.image`, placeholder: "${TAG}", name: "TAG" },
        { path: `${C0}.memory`, placeholder: "{{memory}}", name: "memory" },
        { path: `${C0}.environment[0].value`, placeholder: "${URL}", name: "URL" },
        { path: `${C0}.logConfiguration.options["awslogs-region"]`, placeholder: "$REGION", name: "REGION" },
      ].sort((a, b) => order(request, a.path) - order(request, b.path)),
    );
  });

  it("looks into every form of document", () => {
    const container = aContainer({ image: "<A>" });
    expect(findPlaceholders([container]).map(({ path }) => path)).toEqual(["[0].image"]);
    expect(findPlaceholders({ taskDefinition: aRequest({}, { image: "<A>" }) }).map(({ name }) => name)).toEqual(["A"]);
  });
});

/** Members of the request come before its containers or after them, as the request has them. */
function order(request: object, path: string): number {
  return Object.keys(request).findIndex((key) => path.startsWith(key));
}

describe("fillPlaceholders()", () => {
  it("fills names, numbers and truth values with their types", () => {
    const request = aRequest(
      {},
      { image: "web:${TAG}", memory: "${MEMORY}", essential: "${ESSENTIAL}", cpu: "{{ .cpu }}" },
    );
    const filled = fillPlaceholders(request, { TAG: "1.4", MEMORY: "128", ESSENTIAL: "true", cpu: "256" });
    expect(filled).toEqual(aRequest({}, { image: "web:1.4", memory: 128, essential: true, cpu: 256 }));
    expect(validateTaskDefinition(filled).ok).toBe(true);
  });

  it("keeps task sizes strings, and text that was no placeholder as it is", () => {
    expect(fillPlaceholders(aRequest({ cpu: "${CPU}", memory: "512" }), { CPU: "256" })).toEqual(
      aRequest({ cpu: "256", memory: "512" }),
    );
    expect(fillPlaceholders(aRequest({}, { memory: "64" }), { X: "1" })).toEqual(aRequest({}, { memory: "64" }));
  });

  it("fills what a user names in commands and environment too, but not the shell's $NAME", () => {
    const container = { command: ["echo", "${PORT} $PORT"], environment: [{ name: "A", value: "http://${HOST}" }] };
    expect(fillPlaceholders(aRequest({}, container), { PORT: "80", HOST: "db" })).toEqual(
      aRequest({}, { command: ["echo", "80 $PORT"], environment: [{ name: "A", value: "http://db" }] }),
    );
  });

  it("puts values in literally and once: neither patterns nor placeholders in them count", () => {
    expect(fillPlaceholders(aRequest({}, { image: "${A}" }), { A: "$&<B>", B: "x" })).toEqual(
      aRequest({}, { image: "$&<B>" }),
    );
  });

  it("takes the placeholder itself as a name as well", () => {
    expect(fillPlaceholders(aRequest({}, { image: "<A>" }), { "<A>": "web" })).toEqual(aRequest({}, { image: "web" }));
  });

  it("leaves the input alone", () => {
    const request = Object.freeze(aRequest({}, { image: "${A}" }));
    fillPlaceholders(request, { A: "web" });
    expect(request).toEqual(aRequest({}, { image: "${A}" }));
  });
});

describe("statements of a template", () => {
  it("are named as such, and no value is asked for", () => {
    const { problems } = validateTaskDefinition(aRequest({}, { image: "{{ if .X }}a{{ else }}b{{ end }}" }));
    expect(problems[0]).toMatchObject({
      path: "containerDefinitions[0].image",
      message: expect.stringContaining('"{{ if .X }}" is a statement of a template'),
      fix: expect.stringMatching(/^Render the template with the tool/),
    });
    expect(problems[0]?.fix).not.toContain("--set");
  });
});

describe("setOption()", () => {
  it("quotes names that a shell would split", () => {
    expect(setOption({ name: "TAG" })).toBe("--set TAG=VALUE");
    expect(setOption({ name: "INSERT your task role" })).toBe("--set 'INSERT your task role=VALUE'");
    expect(setOption({ name: "ENV", takes: "list" })).toBe("--set 'ENV=[...]'");
  });
});
