/// <reference path="./interfaces/wasmock-host-answer.d.ts" />
/// <reference path="./interfaces/wasmock-host-buckets.d.ts" />
/// <reference path="./interfaces/wasmock-host-clock.d.ts" />
/// <reference path="./interfaces/wasmock-host-configuration.d.ts" />
/// <reference path="./interfaces/wasmock-host-documents.d.ts" />
/// <reference path="./interfaces/wasmock-host-exchange.d.ts" />
/// <reference path="./interfaces/wasmock-host-helpers.d.ts" />
/// <reference path="./interfaces/wasmock-host-log.d.ts" />
/// <reference path="./interfaces/wasmock-host-private-state.d.ts" />
/// <reference path="./interfaces/wasmock-host-random.d.ts" />
/// <reference path="./interfaces/wasmock-host-rule.d.ts" />
/// <reference path="./interfaces/wasmock-host-session-state.d.ts" />
/// <reference path="./interfaces/wasmock-host-templates.d.ts" />
/// <reference path="./interfaces/wasmock-host-types.d.ts" />
/// <reference path="./interfaces/wasmock-host-variables.d.ts" />
/// <reference path="./interfaces/wasmock-plugin-helpers.d.ts" />
declare module 'example:format/format' {
  export type * as WasmockHostAnswer010Draft from 'wasmock:host/answer@0.1.0-draft'; // import wasmock:host/answer@0.1.0-draft
  export type * as WasmockHostBuckets010Draft from 'wasmock:host/buckets@0.1.0-draft'; // import wasmock:host/buckets@0.1.0-draft
  export type * as WasmockHostClock010Draft from 'wasmock:host/clock@0.1.0-draft'; // import wasmock:host/clock@0.1.0-draft
  export type * as WasmockHostConfiguration010Draft from 'wasmock:host/configuration@0.1.0-draft'; // import wasmock:host/configuration@0.1.0-draft
  export type * as WasmockHostDocuments010Draft from 'wasmock:host/documents@0.1.0-draft'; // import wasmock:host/documents@0.1.0-draft
  export type * as WasmockHostExchange010Draft from 'wasmock:host/exchange@0.1.0-draft'; // import wasmock:host/exchange@0.1.0-draft
  export type * as WasmockHostHelpers010Draft from 'wasmock:host/helpers@0.1.0-draft'; // import wasmock:host/helpers@0.1.0-draft
  export type * as WasmockHostLog010Draft from 'wasmock:host/log@0.1.0-draft'; // import wasmock:host/log@0.1.0-draft
  export type * as WasmockHostPrivateState010Draft from 'wasmock:host/private-state@0.1.0-draft'; // import wasmock:host/private-state@0.1.0-draft
  export type * as WasmockHostRandom010Draft from 'wasmock:host/random@0.1.0-draft'; // import wasmock:host/random@0.1.0-draft
  export type * as WasmockHostRule010Draft from 'wasmock:host/rule@0.1.0-draft'; // import wasmock:host/rule@0.1.0-draft
  export type * as WasmockHostSessionState010Draft from 'wasmock:host/session-state@0.1.0-draft'; // import wasmock:host/session-state@0.1.0-draft
  export type * as WasmockHostTemplates010Draft from 'wasmock:host/templates@0.1.0-draft'; // import wasmock:host/templates@0.1.0-draft
  export type * as WasmockHostTypes010Draft from 'wasmock:host/types@0.1.0-draft'; // import wasmock:host/types@0.1.0-draft
  export type * as WasmockHostVariables010Draft from 'wasmock:host/variables@0.1.0-draft'; // import wasmock:host/variables@0.1.0-draft
  export * as helpers from 'wasmock:plugin/helpers@0.1.0-draft'; // export wasmock:plugin/helpers@0.1.0-draft
}
