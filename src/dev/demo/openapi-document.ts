/** The words of the sample API about itself: nothing about sign-ins, and more than ChatGPT needs. */
export const openapiDocument = `openapi: 3.0.3
info: { title: Todos, version: '1' }
paths:
  /todos:
    get:
      operationId: listTodos
      summary: Lists the todos
      responses: { '200': { description: The todos } }
    post:
      operationId: addTodo
      summary: Adds a todo
      requestBody:
        content:
          application/json:
            schema: { type: object, properties: { title: { type: string } } }
      responses: { '201': { description: The new todo } }
  /todos/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get:
      operationId: readTodo
      summary: Reads a todo
      responses: { '200': { description: The todo } }
  /admin/reindex:
    post: { responses: { '204': { description: Nobody calls this from outside } } }
`
