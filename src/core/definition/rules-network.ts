/** Links, and members that a network mode does not have. Source: interfaces 1.3.2, 1.5. */
import { linkTarget } from "../task-dependencies.ts";
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
  report("links-network-mode", `${path}.links`, `Links do not work in network mode ${networkMode}`, {
    fix: networkMode === "none" ? "Remove them" : "Remove them: the containers reach each other at localhost",
    awsMessage: `Links are not supported when networkMode=${networkMode}.`,
  });
}

function checkLink(
  link: string,
  index: number,
  { path, label }: NamedContainer,
  { byName, report }: RuleContext,
): void {
  const at = `${path}.links[${index}]`;
  const target = linkTarget(link);
  if (target === "" || link.split(":").length > 2 || link.endsWith(":")) {
    report("link-syntax", at, `The link ${quote(link)} is not name or name:alias`, { fix: "Write name or name:alias" });
    return;
  }
  if (byName.has(target)) return;
  report("link-unknown", at, `The link names ${quote(target)}, and the task has no such container`, {
    fix: nameFix(target, byName.keys()),
    awsMessage: `Container ${label} links to unknown container ${target}.`,
  });
}

export function checkAwsvpcMembers(context: RuleContext): void {
  if (context.networkMode !== "awsvpc") return;
  for (const { container, path } of context.containers) {
    if (present(container.hostname) !== undefined) refuse("hostname", path, context);
    if (hasEntries(container.extraHosts)) refuse("extraHosts", path, context);
    // Fargate and Windows set the name servers of the task's own interface.
    if (context.fargate || context.windows) continue;
    if (hasEntries(container.dnsServers)) refuse("dnsServers", path, context);
    if (hasEntries(container.dnsSearchDomains)) refuse("dnsSearchDomains", path, context);
  }
}

function refuse(member: string, path: string, { report }: RuleContext): void {
  report("awsvpc-member", `${path}.${member}`, `Network mode awsvpc does not have ${member}`, {
    fix: "Remove it, or use network mode bridge",
    awsMessage: `${member} is not supported when networkMode=awsvpc.`,
  });
}

/** What Docker gives no container without a network, in whichever mode; measured on Docker 20.10. */
const NEEDS_NETWORKING = ["portMappings", "links", "dnsServers", "dnsSearchDomains", "extraHosts"] as const;

export function checkDisabledNetworking({ containers, report }: RuleContext): void {
  for (const { container, path } of containers) {
    if (container.disableNetworking !== true) continue;
    for (const member of NEEDS_NETWORKING.filter((each) => hasEntries(container[each]))) {
      report("networking-disabled", `${path}.${member}`, `${member} has no effect beside disableNetworking`, {
        severity: "warning",
        fix: `Remove ${member}, or disableNetworking`,
      });
    }
  }
}

export function checkSystemControls({ networkMode, containers, report }: RuleContext): void {
  if (networkMode !== "host") return;
  for (const { container, path } of containers) {
    for (const [index, control] of (container.systemControls ?? []).entries()) {
      if (!(control.namespace ?? "").startsWith("net.")) continue;
      report(
        "system-control-host",
        `${path}.systemControls[${index}].namespace`,
        `${quote(control.namespace ?? "")} would change the host in network mode host`,
        {
          fix: "Remove it, or use another network mode",
        },
      );
    }
  }
}
