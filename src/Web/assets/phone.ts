/** Works on one table within one transaction; answers what the request answered, once the phone has really kept it. */
export type InTable = (mode: IDBTransactionMode, work: (kept: IDBObjectStore) => IDBRequest) => Promise<unknown>;

/** A table of this site on the phone, in an IndexedDB of its own, opened when it is first asked. */
export function phoneTable(database: string, table: string, keyPath?: string): InTable {
  let opened: Promise<IDBDatabase> | undefined;
  const open = () => new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(table, keyPath === undefined ? undefined : { keyPath });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the phone refused to keep data'));
  });
  return async (mode, work) => {
    opened ??= open();
    const transaction = (await opened).transaction(table, mode);
    const request = work(transaction.objectStore(table));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('the phone refused to keep data'));
    });
  };
}
