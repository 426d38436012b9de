/** Every bound that a user can meet, once. `floww doctor` prints this table. */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const KB = 1024;
const MB = 1024 * KB;

export const limits = {
  /** Request body of a webhook; past it the answer is 413 while the rest is still on its way. */
  bodyBytesMax: 5 * MB,
  /** All bodies of webhooks that one server has in memory at a time; past it the answer is 503. */
  bodiesBytesMax: 256 * MB,
  /** What a handler may answer in one piece; a stream has no such bound. */
  answerBytesMax: 5 * MB,
  /** All names and values of an answer's headers together. */
  answerHeaderBytesMax: 32 * KB,
  /** Bodies over this go to an artifact first, then the row. */
  inlineBytesMax: 256 * KB,
  /** How long a caller waits for the handler's answer before 504. */
  callerWaitMs: 30 * SECOND,
  /** Run deadline unless the trigger says otherwise. */
  deadlineMs: 5 * MINUTE,
  deadlineMsMax: 15 * MINUTE,
  /** A process whose event loop gave no sign for this long past a deadline is killed. */
  blockedLoopMs: 500,
  /** Enumerating a bundle: import and manifest. */
  enumerateMs: 5 * SECOND,
  logBytesPerRunMax: 1 * MB,
  logLineBytesMax: 64 * KB,
  bundleBytesMax: 20 * MB,
  /** Of the author's own, that `floww pull` brings back. */
  sourceFilesMax: 2_000,
  concurrencyPerProcess: 100,
  processMemoryBytesMax: 512 * MB,
  processPidsMax: 64,
  /** What a process may write to its private /tmp; it counts as memory. */
  processTmpBytesMax: 64 * MB,
  /** Connections to the outside that one process may hold at a time. */
  processConnectionsMax: 256,
  /** Executions of one namespace that wait to be started, for whatever reason. */
  queueLengthMax: 200_000,
  /** Events that wait for one laptop (`floww dev`), and for how long; what is past either is ended or refused. */
  devEventsWaitingMax: 1_000,
  devEventWaitHours: 24,
  /** What a namespace keeps of deliveries, executions and logs unless its owner says otherwise, and the most that can be said. */
  retentionDays: 30,
  retentionBytesMax: 10 * 1024 * MB,
  retentionDaysCeiling: 3_650,
  retentionBytesCeiling: 10 * 1024 * 1024 * MB,
  /** A replay of many starts so many a second unless it is told otherwise; a namespace has so many of them at a time. */
  replaysPerSecond: 10,
  replaysPerSecondMax: 1_000,
  replaysRunningMax: 10,
  /** How far the time of a signed request may be off, at most. */
  signatureAgeMsMax: 60 * MINUTE,
  /** Deliveries that caused nothing are recorded up to these bounds, per workflow. */
  refusedBytesMax: 64 * KB,
  refusedPerHourMax: 1_000,
  apiBodyBytesMax: 32 * MB,
  /** JSON of the API: the largest is an answer of `answerBytesMax` that a laptop hands in as base64. */
  apiJsonBytesMax: 8 * MB,
  /** One piece of a stream that a laptop hands in; an executor makes none over 64 kB. */
  devChunkBytesMax: 256 * KB,
  pageSize: 50,
  pageSizeMax: 500,
  /** A search in text looks through so many of the newest that fit. */
  searchedExecutionsMax: 10_000,
  /** How far one reading of statistics reaches. */
  statisticsDaysMax: 31,
  /** Executions that one request of a cancel of many ends. */
  cancelledAtOnceMax: 1_000,
  triggersPerWorkflowMax: 500,
  /** One value in a KV store, as text; a page of items is cut to kvPageBytesMax as well. */
  kvValueBytesMax: 256 * KB,
  kvKeyBytesMax: 1 * KB,
  kvNameBytesMax: 128,
  kvPageSizeMax: 500,
  kvPageBytesMax: 4 * MB,
  /** What one listing without `limit` gathers; more must be paged. */
  kvListMax: 10_000,
  kvBatchMax: 100,
  kvTtlMsMax: 10 * 365 * 24 * 60 * MINUTE,
  kvTablesPerNamespaceMax: 1_000,
  /** What a webhook's `setup` may remember for its `teardown`, as text. */
  webhookMetadataBytesMax: 64 * KB,
  secretBytesMax: 64 * KB,
  secretsPerNamespaceMax: 500,
  variableBytesMax: 16 * KB,
  variablesPerWorkflowMax: 200,
  /** What one run may ask of the server (KV, secrets): in all, at once, and a second; past the last it is slowed down. */
  hostCallsPerRunMax: 20_000,
  hostCallsAtOnceMax: 100,
  hostCallsPerSecond: 1_000,
  hostCallBytesPerRunMax: 256 * MB,
  /** One call to a vendor: the request's body, which travels whole; an answer is streamed up to its bound. */
  providerRequestBytesMax: 20 * MB,
  providerAnswerBytesMax: 100 * MB,
  /** How long a vendor may take until its answer begins, and between two pieces of it. */
  providerWaitMs: 60 * SECOND,
  /** How long a call waits for its turn when the vendor has asked for a pause (`Retry-After`); longer, and the run gets the vendor's answer. */
  providerPauseMsMax: 60 * SECOND,
  /** Through one connection, from all servers; a second's worth may come in one burst. */
  providerCallsPerSecond: 50,
  providersPerNamespaceMax: 200,
  /** Starts of one event, the first one counted. */
  attemptsMax: 50,
  /** Between two attempts, and how far ahead a sleep or a wait may reach. */
  retryDelayMsMax: 7 * 24 * 60 * MINUTE,
  waitMsMax: 366 * 24 * 60 * MINUTE,
  /** Of a wait that names no time. */
  waitMs: 7 * 24 * 60 * MINUTE,
  /** One run's journal: entries, one entry's value, and all of them. */
  journalEntriesMax: 10_000,
  journalValueBytesMax: 4 * MB,
  journalBytesMax: 64 * MB,
  journalKeyBytesMax: 512,
  /** What `event.send` may carry. */
  eventBytesMax: 256 * KB,
  /** Events of one run when a trigger gathers them. */
  batchSizeMax: 1_000,
  /** Deliveries with the same id, and requests with the same `Idempotency-Key`, are one within this time. */
  dedupeHours: 72,
  /** What a namespace keeps in the registry: distinct blobs, manifests, and uploads under way. */
  registryBytesMax: 10 * 1024 * MB,
  /** One blob; as large as a layer of an image that a runtime would take. */
  registryBlobBytesMax: 10 * 1024 * MB,
  registryManifestBytesMax: 4 * MB,
  registryManifestReferencesMax: 1_000,
  registryRepositoriesMax: 1_000,
  registryTagsPerRepositoryMax: 10_000,
  /** Uploads that one namespace has under way, and how long one may lie after its last byte. */
  registryUploadsMax: 100,
  registryUploadIdleMs: 60 * MINUTE,
  /** A blob that no manifest names stays so long after it was pushed, mounted or looked for by who may push. */
  registryUnusedMs: 60 * MINUTE,
  registryTokenMs: 5 * MINUTE,
} as const;
