/** Gives Node 20 `Promise.withResolvers`, which the Kafka driver calls; a newer Node already has it. Import before the driver. */

if (typeof Promise.withResolvers !== 'function') {
  Promise.withResolvers = function withResolvers<T>(): PromiseWithResolvers<T> {
    const parts: { resolve?: PromiseWithResolvers<T>['resolve']; reject?: PromiseWithResolvers<T>['reject'] } = {}
    const promise = new Promise<T>((resolve, reject) => {
      parts.resolve = resolve
      parts.reject = reject
    })
    return { promise, resolve: (value) => parts.resolve?.(value), reject: (reason) => parts.reject?.(reason) }
  }
}
