/** Whether Helm parses a file of a chart before any template runs; templates themselves are no YAML. */
export const isParsedByHelm = (file: string): boolean =>
  /(^|\/)(Chart\.ya?ml|requirements\.yaml|(Chart|requirements)\.lock|values\.schema\.json|values[^/]*\.ya?ml)$/.test(
    file,
  ) && !file.includes('/templates/');

/** Whether a file is a dependency that is packed: Helm unpacks it. */
export const isPackedChart = (file: string): boolean => /(^|\/)charts\/[^/]+\.tgz$/.test(file);

/** Whether a file is the schema of values, and refers to others on the network, which Helm would fetch. */
export const isRemoteSchema = (file: string, text: string): boolean =>
  file.endsWith('values.schema.json') &&
  /"\$ref"\s*:\s*"(?!https?:\/\/json-schema\.org\/)[a-z][a-z0-9+.-]*:/i.test(text);
