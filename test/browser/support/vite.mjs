// Vite as it is installed beside these tests, for scripts elsewhere.
export { build } from 'vite';
