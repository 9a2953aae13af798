/** Who wrote which fields of an object, and when. */

/** Half an hour ago. */
const CHANGED_MS = 1_800_000;

/** As the apiserver keeps who wrote which fields (`f:spec.f:taints`), and when. */
export function writtenBy(manager: string, nowMs: number, ...fields: string[]): { managedFields: object[] } {
  const owned = (path: string) => path.split('.').reduceRight<object>((inner, key) => ({ [key]: inner }), {});
  const time = `${new Date(nowMs - CHANGED_MS).toISOString().slice(0, 19)}Z`;
  return {
    managedFields: fields.map((path) => ({
      manager,
      operation: 'Update',
      apiVersion: 'v1',
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: owned(path),
    })),
  };
}
