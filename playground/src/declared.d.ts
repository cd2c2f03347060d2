declare module 'virtual:declared' {
  /** An option of a method as a field of a form. */
  export interface Field {
    /** Whether it is an option of the net or of its fit. */
    readonly of: 'fit' | 'net';
    readonly path: readonly string[];
    /** Shown at once. */
    readonly first: boolean;
    readonly doc: string;
    readonly expected: string;
    readonly initial: string;
    readonly kind: 'integer' | 'number' | 'choice' | 'list' | 'groups' | 'text';
    /** What the form begins with. */
    readonly beginning?: string | number;
    readonly min?: number;
    readonly max?: number;
    readonly choices?: readonly string[];
    readonly flag?: true;
    readonly members?: readonly string[];
  }
  export interface DeclaredMethod {
    readonly name: 'trf' | 'tse' | 'dense' | 'gaternet';
    readonly data: 'rows' | 'images';
    readonly doc: string;
    readonly paper: string;
    readonly fields: readonly Field[];
  }
  const methods: readonly DeclaredMethod[];
  export default methods;
}
declare module '*.css';
declare module '*?url' {
  const address: string;
  export default address;
}
interface ImportMeta {
  readonly env: { readonly PROD: boolean };
}
