/** Keys and indexes that lead from the top of the file to a value, such as `['apis', 'todo', 'hosts', 0]`. */
export type KeyPath = readonly (string | number)[]
