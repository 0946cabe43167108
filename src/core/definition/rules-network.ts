/** Links, and members that a network mode does not have. Source: interfaces 1.3.2, 1.5. */
import { linkTarget } from "../task-dependencies.ts";
import type { AwsText } from "./aws-texts.ts";
import { aws } from "./aws-texts.ts";
import { because, either, remove, write } from "./fix.ts";
import { nameFix } from "./nearest.ts";
import { quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";
import { hasEntries, present } from "./rule-context.ts";

export function checkLinks(context: RuleContext): void {
  for (const entry of context.containers) {
    if (!hasEntries(entry.container.links)) continue;
    checkLinkMode(entry, context);
    for (const [index, link] of (entry.container.links ?? []).entries()) checkLink(link, index, entry, context);
  }
}

function checkLinkMode({ path }: NamedContainer, { networkMode, report }: RuleContext): void {
  if (networkMode === "bridge" || networkMode === undefined) return;
  const gone = remove(`${path}.links`, "Remove them");
  report("links-network-mode", `${path}.links`, `Links do not work in network mode ${networkMode}`, {
    fix: networkMode === "none" ? gone : because(gone, "the containers reach each other at localhost"),
    awsMessage: networkMode === "awsvpc" ? aws.awsvpcLinks() : undefined,
  });
}

function checkLink(link: string, index: number, { path, label }: NamedContainer, context: RuleContext): void {
  const { byName, report } = context;
  const at = `${path}.links[${index}]`;
  const [target = "", alias = "", ...more] = link.split(":");
  if (target === "" || more.length > 0 || link.endsWith(":")) {
    const meant = byName.has(target) ? [target, alias].filter((part) => part !== "").join(":") : undefined;
    report("link-syntax", at, `The link ${quote(link)} is not name or name:alias`, {
      fix: meant === undefined ? remove(at) : write(at, meant),
    });
    return;
  }
  if (byName.has(linkTarget(link))) return;
  const others = [...byName.keys()].filter((name) => name !== label);
  report("link-unknown", at, `The link names ${quote(target)}, and the task has no such container`, {
    fix: nameFix({ path: at, word: target, entry: at }, others),
  });
}

type AwsvpcFinding = { readonly member: string; readonly text?: AwsText };

/** Source: AWS's own answers; the search domains go with the servers. */
export function checkAwsvpcMembers(context: RuleContext): void {
  if (context.networkMode !== "awsvpc") return;
  for (const { container, path } of context.containers) {
    const refuse = (finding: AwsvpcFinding) => refuseInAwsvpc(finding, path, context);
    if (present(container.hostname) !== undefined) refuse({ member: "hostname", text: aws.awsvpcMember("hostname") });
    if (hasEntries(container.extraHosts)) refuse({ member: "extraHosts", text: aws.awsvpcMember("extraHosts") });
    if (container.disableNetworking === true)
      refuse({ member: "disableNetworking", text: aws.awsvpcMember("disableNetworking") });
    if (hasEntries(container.dnsServers)) refuse({ member: "dnsServers", text: aws.awsvpcMember("dnsServers") });
    if (hasEntries(container.dnsSearchDomains)) refuse({ member: "dnsSearchDomains" });
  }
}

function refuseInAwsvpc({ member, text }: AwsvpcFinding, path: string, { report }: RuleContext): void {
  const at = `${path}.${member}`;
  report("awsvpc-member", at, `Network mode awsvpc does not have ${member}`, { fix: remove(at), awsMessage: text });
}

/** What Docker gives no container without a network, in whichever mode; measured on Docker 20.10. */
const NEEDS_NETWORKING = ["portMappings", "links", "dnsServers", "dnsSearchDomains", "extraHosts"] as const;

export function checkDisabledNetworking({ containers, report }: RuleContext): void {
  for (const { container, path } of containers) {
    if (container.disableNetworking !== true) continue;
    for (const member of NEEDS_NETWORKING.filter((each) => hasEntries(container[each]))) {
      report("networking-disabled", `${path}.${member}`, `${member} has no effect beside disableNetworking`, {
        severity: "warning",
        fix: either(
          remove(`${path}.${member}`, `Remove ${member}`),
          remove(`${path}.disableNetworking`, "disableNetworking"),
        ),
      });
    }
  }
}

/** Kernel settings of a namespace that the task shares with the host; Docker refuses them. */
export function checkSystemControls({ task, networkMode, containers, report }: RuleContext): void {
  const shared = [
    ...(networkMode === "host" ? [{ member: "network mode", starts: NETWORK_SETTINGS }] : []),
    ...(task.ipcMode === "host" ? [{ member: "ipcMode", starts: IPC_SETTINGS }] : []),
  ];
  if (shared.length === 0) return;
  for (const { container, path } of containers) {
    for (const [index, { namespace = "" }] of (container.systemControls ?? []).entries()) {
      const owner = shared.find(({ starts }) => starts.some((start) => namespace.startsWith(start)));
      if (owner === undefined) continue;
      report(
        "system-control-host",
        `${path}.systemControls[${index}].namespace`,
        `${quote(namespace)} would change the host with ${owner.member} host`,
        { fix: remove(`${path}.systemControls[${index}]`) },
      );
    }
  }
}

const NETWORK_SETTINGS = ["net."] as const;
const IPC_SETTINGS = ["kernel.msg", "kernel.sem", "kernel.shm", "fs.mqueue."] as const;
