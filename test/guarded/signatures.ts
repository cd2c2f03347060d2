// What the generated declarations say of the kernels' arguments.

export interface Parameter {
  readonly name: string;
  readonly address: boolean;
}

export type Signatures = Readonly<Record<string, readonly Parameter[]>>;

/** Parameters by kernel, from the text of src/runtime/kernels.ts. */
export function signaturesOf(declarations: string): Signatures {
  const methods = [...declarations.matchAll(/^ {2}(\w+)\(([^)]*)\): (?:void|number);/gm)];
  return Object.fromEntries(
    methods.map(([, name, list]) => [
      name!,
      [...list!.matchAll(/(\w+): (\w+)/g)].map(([, parameter, type]) => ({
        name: parameter!,
        address: type === 'Address',
      })),
    ]),
  );
}
