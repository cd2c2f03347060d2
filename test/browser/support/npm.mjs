import { execFileSync } from 'node:child_process';

/** Runs npm as if called from a fresh shell: a surrounding `npm run` would tell it which package it is in. */
export function npm(args, options) {
  return execFileSync('npm', args, { encoding: 'utf8', env: cleanEnvironment(), ...options });
}

export function cleanEnvironment() {
  const inherited = /^(npm_package_|npm_lifecycle_|npm_config_local_prefix$|INIT_CWD$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)));
}
