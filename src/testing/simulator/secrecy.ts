/** The one secret of all simulations, and the search for it where it must not be. */

export const SECRET_ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:password-AbCdEf";
/** Nobody has it: the task fails. */
export const UNKNOWN_SECRET_ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:unknown-AbCdEf";
export const SECRET_VALUE = "correct-horse-battery-staple";

/** Is the secret's value anywhere in this? Errors are looked into with their message, stack and cause. */
export function holdsSecret(value: unknown): boolean {
  return JSON.stringify(value, (_key, member: unknown) => openError(member))?.includes(SECRET_VALUE) ?? false;
}

function openError(member: unknown): unknown {
  if (!(member instanceof Error)) return member;
  const { name, message, stack, cause } = member;
  return { ...member, name, message, stack, cause };
}
