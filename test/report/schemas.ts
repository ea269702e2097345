import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

const SCHEMA_DIR = path.join(import.meta.dirname, '../../schema');

/** `scan-result` or `scan-result-line`, as shipped in the package. */
export function ownSchema(name: string): ValidateFunction {
  const ajv = createAjv();
  ajv.addSchema(readSchema(path.join(SCHEMA_DIR, 'scan-result.schema.json')));
  return (
    ajv.getSchema(`urn:keyturn:schema:${name}:1`) ??
    ajv.compile(readSchema(path.join(SCHEMA_DIR, `${name}.schema.json`)))
  );
}

export function compileSchema(schema: AnySchema): ValidateFunction {
  return createAjv().compile(schema);
}

export function readSchema(file: string): AnySchema {
  return JSON.parse(readFileSync(file, 'utf8').replace(/^\ufeff/, '')) as AnySchema;
}

/** What is wrong with `value`, empty if nothing: for `expect(...).toEqual([])`. */
export function problemsOf(validate: ValidateFunction, value: unknown): unknown[] {
  return validate(value) ? [] : (validate.errors ?? []);
}

function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  (formats as unknown as (ajv: Ajv2020) => void)(ajv);
  return ajv;
}
