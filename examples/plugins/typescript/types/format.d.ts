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
  export type * as WasmockHostAnswer010 from 'wasmock:host/answer@0.1.0'; // import wasmock:host/answer@0.1.0
  export type * as WasmockHostBuckets010 from 'wasmock:host/buckets@0.1.0'; // import wasmock:host/buckets@0.1.0
  export type * as WasmockHostClock010 from 'wasmock:host/clock@0.1.0'; // import wasmock:host/clock@0.1.0
  export type * as WasmockHostConfiguration010 from 'wasmock:host/configuration@0.1.0'; // import wasmock:host/configuration@0.1.0
  export type * as WasmockHostDocuments010 from 'wasmock:host/documents@0.1.0'; // import wasmock:host/documents@0.1.0
  export type * as WasmockHostExchange010 from 'wasmock:host/exchange@0.1.0'; // import wasmock:host/exchange@0.1.0
  export type * as WasmockHostHelpers010 from 'wasmock:host/helpers@0.1.0'; // import wasmock:host/helpers@0.1.0
  export type * as WasmockHostLog010 from 'wasmock:host/log@0.1.0'; // import wasmock:host/log@0.1.0
  export type * as WasmockHostPrivateState010 from 'wasmock:host/private-state@0.1.0'; // import wasmock:host/private-state@0.1.0
  export type * as WasmockHostRandom010 from 'wasmock:host/random@0.1.0'; // import wasmock:host/random@0.1.0
  export type * as WasmockHostRule010 from 'wasmock:host/rule@0.1.0'; // import wasmock:host/rule@0.1.0
  export type * as WasmockHostSessionState010 from 'wasmock:host/session-state@0.1.0'; // import wasmock:host/session-state@0.1.0
  export type * as WasmockHostTemplates010 from 'wasmock:host/templates@0.1.0'; // import wasmock:host/templates@0.1.0
  export type * as WasmockHostTypes010 from 'wasmock:host/types@0.1.0'; // import wasmock:host/types@0.1.0
  export type * as WasmockHostVariables010 from 'wasmock:host/variables@0.1.0'; // import wasmock:host/variables@0.1.0
  export * as helpers from 'wasmock:plugin/helpers@0.1.0'; // export wasmock:plugin/helpers@0.1.0
}
