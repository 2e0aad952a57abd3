/** Asks one method of a port that is served elsewhere, within so many milliseconds. */
export type Call = (
  port: string,
  method: string,
  withinMs: number,
  args: readonly unknown[],
) => Promise<unknown>;

/** Every method of a port, with the longest that a call of it may take, in milliseconds, whatever its own signal says. */
export type Methods<Port> = { readonly [Name in MethodNames<Port>]: number };

/** A port without what is no method of it. */
export type Callable<Port> = Pick<Port, MethodNames<Port>>;

type MethodNames<Port> = {
  [Name in keyof Port]-?: NonNullable<Port[Name]> extends (...args: never[]) => Promise<unknown>
    ? Name
    : never;
}[keyof Port];

/**
 * A port that is served elsewhere under this name. Its methods are called with the very arguments of the port: a signal takes a call
 * back, a function is called while the call lasts.
 */
export function remotePort<Port extends object>(
  name: string,
  methods: Methods<Port>,
  call: Call,
): Callable<Port> {
  const made: object = Object.fromEntries(
    Object.entries<number>(methods).map(([method, withinMs]) => [
      method,
      (...args: unknown[]) => call(name, method, withinMs, args),
    ]),
  );
  if (!hasAll<Port>(made, methods)) throw new TypeError(`the port ${name} is not whole`);
  return made;
}

function hasAll<Port>(made: object, methods: Methods<Port>): made is Callable<Port> {
  return Object.keys(methods).every((method) => Object.hasOwn(made, method));
}
