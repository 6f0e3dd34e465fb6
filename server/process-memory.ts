import { setFlagsFromString } from 'node:v8';

/** The largest block by whose end glibc learns (mallopt(3), M_MMAP_THRESHOLD), less its own few bytes. */
const largestBlock = 31 * 2 ** 20;

/**
 * Lets a process pass on videos without paying for their memory again and again. Each piece of a
 * video is a buffer of up to 64 kB, which is garbage once it is sent. By default, and by chance,
 * - V8 marks its whole heap whenever 32 MB of them were read, since they would bring it over its limit;
 * - glibc gives their memory back to the system when they are freed, and each page of it is then faulted in anew.
 * Together they cost three times the CPU of the sending itself (bench/video.ts). So V8 may let its
 * heap grow to twice what was left by the last marking, and glibc keeps up to 64 MB for
 * the next buffers, as it does once a large block has been freed.
 */
export function keepBufferMemory(): void {
  setFlagsFromString('--heap-growing-percent=100');
  // Freed by the next garbage collection; never written to, it takes no memory.
  new ArrayBuffer(largestBlock);
}
