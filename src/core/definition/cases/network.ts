/** Links, ports and network modes. */
import { aFargateRequest, aRequest, twoContainers } from "../a-definition.ts";
import type { Case } from "./case.ts";
import { C0, many, port } from "./case.ts";

export const NETWORK_CASES: readonly Case[] = [
  {
    rule: "networking-disabled",
    path: `${C0}.portMappings`,
    input: aRequest({}, { disableNetworking: true, portMappings: [{ containerPort: 80 }] }),
    warning: true,
  },
  {
    rule: "links-network-mode",
    path: `${C0}.links`,
    input: twoContainers({ links: ["db"] }, {}, { networkMode: "awsvpc" }),
    aws: "Links are not supported when networkMode=awsvpc.",
  },
  {
    rule: "links-network-mode",
    path: `${C0}.links`,
    input: twoContainers({ links: ["db"] }, {}, { networkMode: "host" }),
  },
  {
    rule: "link-unknown",
    path: `${C0}.links[0]`,
    input: aRequest({}, { links: ["database:db"] }),
  },
  { rule: "link-syntax", path: `${C0}.links[0]`, input: twoContainers({ links: ["db:a:b"] }, {}) },
  {
    rule: "links-cycle",
    path: `${C0}.links`,
    input: twoContainers({ links: ["db"] }, { links: ["web:w"] }),
    aws: "Container links should not have a cycle",
  },
  {
    rule: "port-out-of-range",
    path: `${C0}.portMappings[0].containerPort`,
    input: aRequest({}, port({ containerPort: 0 })),
    aws: "Invalid 'containerPort' setting for container 'web'.",
  },
  {
    rule: "port-out-of-range",
    path: `${C0}.portMappings[0].containerPort`,
    input: aRequest({}, port({ containerPort: 65_536 })),
  },
  { rule: "port-out-of-range", path: `${C0}.portMappings[0].containerPort`, input: aRequest({}, port({})) },
  {
    rule: "host-port-out-of-range",
    path: `${C0}.portMappings[0].hostPort`,
    input: aRequest({}, port({ containerPort: 80, hostPort: 65_536 })),
  },
  {
    rule: "host-port-mismatch",
    path: `${C0}.portMappings[0].hostPort`,
    input: aRequest({ networkMode: "awsvpc" }, port({ containerPort: 8080, hostPort: 80 })),
    aws: "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
  },
  {
    rule: "host-port-mismatch",
    path: `${C0}.portMappings[0].hostPort`,
    input: aRequest({ networkMode: "host" }, port({ containerPort: 8080, hostPort: 80 })),
    aws: "When networkMode=host, the host ports and container ports in port mappings must match.",
  },
  {
    rule: "host-port-duplicate",
    path: "containerDefinitions[1].portMappings[0].hostPort",
    input: twoContainers(
      port({ containerPort: 80, hostPort: 3000 }),
      port({ containerPort: 81, hostPort: 3000, protocol: "tcp" }),
    ),
    aws: "TCP host port '3000' is mapped multiple times in task.",
  },
  {
    rule: "host-port-duplicate",
    path: `${C0}.portMappings[1].hostPort`,
    input: aRequest(
      {},
      port({ containerPort: 53, hostPort: 53, protocol: "udp" }, { containerPort: 54, hostPort: 53, protocol: "udp" }),
    ),
    aws: "UDP host port '53' is mapped multiple times in task.",
  },
  {
    rule: "ports-network-mode-none",
    path: `${C0}.portMappings`,
    input: aRequest({ networkMode: "none" }, port({ containerPort: 80 })),
  },
  ...["8000", "9000-8000", "1-101", "0-5", "65530-65536", "a-b"].map(
    (containerPortRange): Case => ({
      rule: "port-range",
      path: `${C0}.portMappings[0].containerPortRange`,
      input: aRequest({}, port({ containerPortRange })),
      aws: "Invalid 'containerPortRange' setting for container 'web'.",
    }),
  ),
  {
    rule: "port-range",
    path: `${C0}.portMappings[0].containerPortRange`,
    input: aRequest({}, port({ containerPortRange: "1-5", hostPort: 1 })),
    aws: "Invalid port mapping for container 'web', cannot specify both single port and port range.",
  },
  {
    rule: "port-range",
    path: `${C0}.portMappings[1].containerPortRange`,
    input: aRequest({}, port({ containerPortRange: "1-5" }, { containerPortRange: "5-9" })),
  },
  {
    rule: "port-range",
    path: `${C0}.portMappings[0].containerPortRange`,
    input: aRequest({ networkMode: "host" }, port({ containerPortRange: "1-5" })),
  },
  {
    rule: "port-mappings-too-many",
    path: `${C0}.portMappings`,
    input: aRequest({}, port(...many(101, (index) => ({ containerPort: index + 1 })))),
  },
  {
    rule: "port-name",
    path: `${C0}.portMappings[0].name`,
    input: aRequest({}, port({ containerPort: 80, name: "-Web" })),
    warning: true,
  },
  {
    rule: "port-name",
    path: `${C0}.portMappings[1].name`,
    input: aRequest(
      { networkMode: "awsvpc" },
      port({ containerPort: 80, name: "web" }, { containerPort: 81, name: "web" }),
    ),
    aws: "When networkMode=awsvpc, port mapping name is already used",
    warning: true,
  },
  {
    rule: "host-port-duplicate",
    path: "containerDefinitions[1].portMappings[0].containerPort",
    input: twoContainers(port({ containerPort: 80 }), port({ containerPort: 80 }), { networkMode: "awsvpc" }),
    aws: "TCP container port '80' is used multiple times in task when networkMode=awsvpc.",
  },
  {
    rule: "port-range",
    path: "containerDefinitions[1].portMappings[0].containerPortRange",
    input: twoContainers(port({ containerPortRange: "8000-8090" }), port({ containerPortRange: "8085-8099" }), {
      networkMode: "awsvpc",
    }),
    aws: "TCP container port '8085' is used multiple times in task when networkMode=awsvpc.",
  },
  ...(
    [
      ["hostname", "h", "hostname is"],
      ["dnsServers", ["192.0.2.53"], "DNS servers are"],
      ["extraHosts", [{ hostname: "h", ipAddress: "10.0.0.1" }], "Extra hosts are"],
      ["disableNetworking", true, "Disable Networking is"],
    ] as const
  ).map(
    ([member, value, subject]): Case => ({
      rule: "awsvpc-member",
      path: `${C0}.${member}`,
      input: aRequest({ networkMode: "awsvpc" }, { [member]: value }),
      aws: `${subject} not supported on container when networkMode=awsvpc.`,
    }),
  ),
  {
    rule: "awsvpc-member",
    path: `${C0}.dnsSearchDomains`,
    input: aFargateRequest({}, { dnsSearchDomains: ["example.test"] }),
  },
  {
    rule: "system-control-host",
    path: `${C0}.systemControls[0].namespace`,
    input: aRequest({ networkMode: "host" }, { systemControls: [{ namespace: "net.core.somaxconn", value: "1" }] }),
  },
  {
    rule: "system-control-host",
    path: `${C0}.systemControls[0].namespace`,
    input: aRequest({ ipcMode: "host" }, { systemControls: [{ namespace: "kernel.shmmax", value: "1" }] }),
  },
];
