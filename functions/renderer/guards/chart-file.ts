/** Whether Helm parses a file of a chart before any template runs; templates themselves are no YAML. */
export const isParsedByHelm = (file: string): boolean =>
  /(^|\/)(Chart\.ya?ml|Chart\.lock|requirements\.yaml|values\.schema\.json|values[^/]*\.ya?ml)$/.test(file) &&
  !file.includes('/templates/');

/** Whether a file is a dependency that is packed: Helm unpacks it. */
export const isPackedChart = (file: string): boolean => /(^|\/)charts\/[^/]+\.tgz$/.test(file);
