declare module 'write-file-atomic' {
  interface Options {
    readonly mode?: number
    readonly encoding?: BufferEncoding
    readonly fsync?: boolean
  }
  function writeFileAtomic(file: string, data: string | Uint8Array, options?: Options): Promise<void>
  namespace writeFileAtomic {
    function sync(file: string, data: string | Uint8Array, options?: Options): void
  }
  export = writeFileAtomic
}
