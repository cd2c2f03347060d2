import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Argument, type Command, Option } from 'commander';
import { fileError, UserError } from '../errors.js';
import { reportOnErrors } from '../print/standard.js';
import { labelsBeside } from '../read/labels-beside.js';
import { lock } from '../write/lock.js';
import { descriptorOf, isSame, type Place, placeOf, placeOfDescriptor, requireWritable } from '../write/place.js';

/** An option that names a file to read. `rewrittenBy`: the one option that may write the same file. */
export class InputOption extends Option {
  constructor(
    flags: string,
    doc: string,
    readonly rewrittenBy?: string,
  ) {
    super(flags, doc);
  }
}

/** An argument that names a file or a folder to read. */
export class InputArgument extends Argument {}

/** An option that names what to write: a file, or what `filesOf` makes of it. */
export class OutputOption extends Option {
  constructor(
    flags: string,
    doc: string,
    readonly filesOf?: (text: string) => string[],
  ) {
    super(flags, doc);
  }
}

/** What names of files begin with: `out`, or `name` inside it where it is a directory or ends like one. */
export function prefixOf(out: string, name: string): string {
  const folder = endsLikeFolder(out) || statSync(out, { throwIfNoEntry: false })?.isDirectory();
  return folder ? join(out, name) : out;
}

function endsLikeFolder(out: string): boolean {
  return /[/\\]$/.test(out);
}

interface Named {
  /** '--data', or 'DATA' of an argument. */
  readonly name: string;
  readonly path: string;
}

/**
 * Before a command begins: refuses to write what it reads, or two outputs into one file, or where nothing can be written, makes the folders of outputs
 * and keeps other commands from the same outputs.
 */
export function claimOutputs(command: Command): void {
  const outputs = outputsOf(command);
  const inputs = inputsOf(command);
  const taken: { name: string; place: Place }[] = [];
  for (const { name, path } of outputs) {
    const place = placeOf(path);
    if (!place) continue;
    const refuse = (what: string) => {
      throw new UserError(`${name} ${path}: is ${what}; expected another file to write`);
    };
    const read = inputs.find((input) => input.rewrittenBy !== name && isSame(place, input.place));
    if (read) refuse(`what ${read.name} reads`);
    const other = taken.find((one) => one.name !== name && isSame(place, one.place));
    if (other) refuse(`what ${other.name} writes`);
    taken.push({ name, place });
  }
  claimStandardOutput(outputs, inputs);
  for (const option of command.options) {
    if (option instanceof OutputOption && option.filesOf) textsOf(command, option).forEach(makeFolder);
  }
  for (const { name, path } of outputs) requireWritable(path, name);
  for (const { path } of outputs) lock(path);
}

/** What a shell did with > and >>; where an output goes there, the report goes elsewhere. */
function claimStandardOutput(outputs: readonly Named[], inputs: readonly Read[]): void {
  const place = placeOfDescriptor(1);
  const read = place && inputs.find((input) => isSame(place, input.place));
  if (read) throw new UserError(`standard output: is what ${read.name} reads; expected another file to write`);
  const isStandard = (path: string) => {
    const output = placeOf(path);
    return descriptorOf(path) === 1 || (place && output && isSame(output, place));
  };
  const output = outputs.find(({ path }) => isStandard(path));
  if (!output) return;
  if (place && placeOfDescriptor(2)?.id === place.id)
    throw new UserError(`${output.name} ${output.path}: is the file that standard error goes to as well`);
  reportOnErrors();
}

function makeFolder(out: string): void {
  if (!endsLikeFolder(out)) return;
  try {
    mkdirSync(out, { recursive: true });
  } catch (error) {
    throw fileError(error, `--out ${out}`);
  }
}

function outputsOf(command: Command): Named[] {
  return command.options.flatMap((option) => {
    if (!(option instanceof OutputOption)) return [];
    return textsOf(command, option).flatMap((text) => {
      const name = option.long!;
      if (text === '' && !option.filesOf) throw new UserError(`${name}: expected a file, got an empty name`);
      if (text === '-')
        throw new UserError(`${name} -: expected a file${option.filesOf ? '' : '; /dev/stdout is standard output'}`);
      return (option.filesOf?.(text) ?? [text]).map((path) => ({ name, path }));
    });
  });
}

interface Read {
  readonly name: string;
  readonly rewrittenBy?: string | undefined;
  readonly place: Place;
}

/** What a command reads and is there; what is not is told where it is read. */
function inputsOf(command: Command): Read[] {
  const options = command.options.flatMap((option) =>
    option instanceof InputOption
      ? textsOf(command, option).map((path) => ({ name: option.long!, path, rewrittenBy: option.rewrittenBy }))
      : [],
  );
  const given = command.registeredArguments.flatMap((argument, i) => {
    const path = command.processedArgs[i];
    const named = argument instanceof InputArgument && typeof path === 'string';
    return named ? [{ name: argument.name().toUpperCase(), path, rewrittenBy: undefined }] : [];
  });
  return [...options, ...given].flatMap(({ path, ...rest }) => {
    const labels = labelsBeside(path);
    const places = [
      path === '-' ? placeOfDescriptor(0) : placeOf(path),
      labels === undefined ? undefined : placeOf(labels),
    ];
    return places.flatMap((place) => (place?.id === undefined ? [] : [{ ...rest, place }]));
  });
}

function textsOf(command: Command, option: Option): string[] {
  const value: unknown = command.getOptionValue(option.attributeName());
  return value === undefined ? [] : [value].flat().map(String);
}
