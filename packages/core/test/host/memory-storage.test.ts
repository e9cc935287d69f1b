import { StorageError } from '../../src/host/storage/contract.ts'
import { createMemoryDisk, createMemoryStorage } from '../../src/host/storage/memory.ts'
import { storageContract } from './storage-contract.ts'

storageContract('memory', () => {
  const disk = createMemoryDisk()
  return {
    storage: () => createMemoryStorage(disk),
    fill: () => {
      disk.failure = new StorageError('QuotaExceeded', 'the disk is full')
    },
  }
})
