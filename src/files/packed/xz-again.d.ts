/** The same once more: its memory can hold one stream at a time, and a second copy has its own. */
declare module 'xz-decompress/dist/package/xz-decompress.min.js' {
  export * from 'xz-decompress';
}
