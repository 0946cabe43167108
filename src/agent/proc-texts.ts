/** What Linux writes into `/proc`, read. Source: proc(5). */

const LISTENING = "0A";
const ZOMBIE_OR_DEAD = new Set(["Z", "X", "x"]);
/** Counted from the state, which is the third of all fields: the twenty-second. */
const START_FIELD = 19;

/** `/proc/PID/stat`. The program's name stands in parentheses, and may have some itself. */
export function parseStat(stat: string): { readonly startTicks: string; readonly hasEnded: boolean } | undefined {
  const fields = stat
    .slice(stat.lastIndexOf(")") + 1)
    .trim()
    .split(/\s+/);
  const [state = ""] = fields;
  const startTicks = fields[START_FIELD];
  return startTicks === undefined ? undefined : { startTicks, hasEnded: ZOMBIE_OR_DEAD.has(state) };
}

/** `/proc/net/tcp` and its siblings: sockets on that port of this host, of TCP only those that listen. */
export function inodesOnPort(table: string, port: number, protocol: "tcp" | "udp"): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return table.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    const matches = local.endsWith(`:${wanted}`) && (protocol === "udp" || state === LISTENING);
    return matches && inode !== undefined ? [inode] : [];
  });
}
