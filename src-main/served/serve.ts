// to come
export {}
