/** Signals that a container can be sent, by name and number. */
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};

/** These do nothing to a process that does not ask for them. */
const HARMLESS: ReadonlySet<string> = new Set(["SIGCHLD", "SIGWINCH", "SIGCONT", "SIGURG"]);

/** `TERM`, `sigterm`, `15` → `SIGTERM`. */
export function signalName(signal: string): string {
  const upper = signal.toUpperCase();
  const number = Number(upper);
  const known = Object.keys(SIGNAL_NUMBERS).find((name) => SIGNAL_NUMBERS[name] === number);
  return known ?? (upper.startsWith("SIG") ? upper : `SIG${upper}`);
}

export function signalNumber(name: string): number {
  return SIGNAL_NUMBERS[name] ?? 0;
}

export function isHarmless(name: string): boolean {
  return HARMLESS.has(name);
}
