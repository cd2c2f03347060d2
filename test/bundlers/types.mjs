// The declarations, checked as strictly as can be: by every TypeScript from 5.4 on, in every way to find modules, with more and less of the platform known.
const VERSIONS = ['5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6', '7'];
const RESOLUTIONS = { node16: 'node16', nodenext: 'nodenext', bundler: 'esnext' };
const PLATFORMS = {
  'with DOM': { lib: ['ES2022', 'DOM', 'DOM.Iterable'], types: [], files: ['types.ts', 'types-page.ts'] },
  'with DOM and Node': { lib: ['ES2022', 'DOM'], types: ['node'], files: ['types.ts', 'types-page.ts'] },
  'with Node': { lib: ['ES2022'], types: ['node'], files: ['types.ts'] },
  'with the language alone': { lib: ['ES2022'], types: [], files: ['types.ts'] },
};

function check(version, resolution) {
  return async (project) => {
    project.add('@types/node', 'undici-types');
    const faults = [];
    for (const [name, { lib, types, files }] of Object.entries(PLATFORMS)) {
      const compilerOptions = {
        ...{ target: 'ES2022', module: RESOLUTIONS[resolution], moduleResolution: resolution },
        ...{ lib, types, strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
      };
      project.write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
      await project
        .run(`typescript-${version}/bin/tsc`, ['-p', '.'])
        .catch(({ message }) => faults.push(`${name}: ${message}`));
    }
    if (faults.length > 0) throw new Error(faults.join('\n'));
  };
}

export default Object.fromEntries(
  VERSIONS.flatMap((version) =>
    Object.keys(RESOLUTIONS).map((resolution) => [`TypeScript ${version}, ${resolution}`, check(version, resolution)]),
  ),
);
