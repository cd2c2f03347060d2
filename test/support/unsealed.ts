import { readSafetensors, type Safetensors, writeSafetensors } from 'espalier';

/** A file of the package as one without a digest, a net's of format 1: what is changed in it is found by the checks of what it says, not by the digest. */
export function unsealed(bytes: Uint8Array): Safetensors {
  const { tensors, metadata } = readSafetensors(bytes);
  delete metadata['espalier.sha256'];
  const header = metadata['espalier.model'];
  if (header !== undefined) metadata['espalier.model'] = JSON.stringify({ ...JSON.parse(header), format: 1 });
  return { tensors, metadata };
}

export function unsealedFile(bytes: Uint8Array): Uint8Array {
  const { tensors, metadata } = unsealed(bytes);
  return writeSafetensors(tensors, metadata);
}
