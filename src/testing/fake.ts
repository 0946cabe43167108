/**
 * A fake of any interface: it can do what the test writes, and whatever else is asked of it throws its own name.
 *
 * ```ts
 * const engine = fake<TaskEngine>("TaskEngine", { listTasks: () => [aTask()] });
 * engine.disable(); // Error: TaskEngine.disable was not expected
 * ```
 */
export function fake<Interface extends object>(name: string, written: Partial<Interface> = {}): Interface {
  return new Proxy(written, {
    get(target, member) {
      // Awaiting a fake must not look like a call.
      if (member in target || typeof member === "symbol" || member === "then") return Reflect.get(target, member);
      throw new Error(`${name}.${member} was not expected`);
    },
  }) as Interface;
}
