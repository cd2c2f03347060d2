/** Whose settings options that are not given are taken from, by name. */
export const PRESETS = ['paper'] as const;

export type Preset = (typeof PRESETS)[number];
