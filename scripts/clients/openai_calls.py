"""Calls of PyPI's `openai` against /openai/v1: openai_calls.py http://host:port KEY"""

import sys

import openai
from checks import Checks

BASE, KEY = f"{sys.argv[1]}/openai/v1", sys.argv[2]
QUESTION = "What is the capital of France?"
MESSAGES = [{"role": "user", "content": QUESTION}]
FRANCE = b"# France\n\nThe capital of France is Paris. The capital of Italy is Rome."

client = openai.OpenAI(base_url=BASE, api_key=KEY, max_retries=0)
checks = Checks()
check = checks.check


def files_and_stores():
    """The checks of files and vector stores; the store and the file that they leave."""
    stores = client.vector_stores
    store = check("vector_stores.create", lambda: stores.create(name="Geography"))
    file = check("files.create", lambda: client.files.create(file=("france.md", FRANCE), purpose="assistants"))
    check("files.retrieve", lambda: client.files.retrieve(file.id).filename == "france.md")
    check("files.list", lambda: file.id in [listed.id for listed in client.files.list()])
    check("files.content", lambda: client.files.content(file.id).read() == FRANCE)
    placed = check("vector_stores.files.create_and_poll", lambda: stores.files.create_and_poll(
        file.id, vector_store_id=store.id, attributes={"year": 2024}))
    check("its status is completed", lambda: placed.status == "completed")
    check("vector_stores.files.upload_and_poll", lambda: stores.files.upload_and_poll(
        vector_store_id=store.id, file=("rock.txt", b"Granite is an igneous rock.")).status == "completed")
    check("vector_stores.files.list", lambda: len(list(stores.files.list(store.id))) == 2)
    check("vector_stores.files.retrieve", lambda: stores.files.retrieve(
        file.id, vector_store_id=store.id).attributes["year"] == 2024)
    check("vector_stores.files.content", lambda: "Paris" in next(iter(
        stores.files.content(file.id, vector_store_id=store.id))).text)
    check("vector_stores.retrieve", lambda: stores.retrieve(store.id).file_counts.completed == 2)
    check("vector_stores.list", lambda: store.id in [listed.id for listed in stores.list()])
    check("vector_stores.update", lambda: stores.update(store.id, name="Atlas").name == "Atlas")
    return store, file


def searches(store, file):
    def search(**options):
        return client.vector_stores.search(store.id, **options).data

    year = {"type": "eq", "key": "year", "value": 2024}
    check("vector_stores.search", lambda: search(query="capital of France")[0].file_id == file.id)
    check("search, list of queries", lambda: len(search(query=["Paris", "granite"], max_num_results=2)) == 2)
    check("search, filter", lambda: [found.file_id for found in search(query="rock", filters=year)] == [file.id])
    check("search, threshold", lambda: all(
        found.score >= 0.9 for found in search(query="granite", ranking_options={"score_threshold": 0.9})))


def chat(model):
    completions = client.chat.completions
    check("models.retrieve", lambda: client.models.retrieve(model).id == model)
    answer = check("chat.completions.create", lambda: completions.create(model=model, messages=MESSAGES))
    check("it answers", lambda: "Paris" in answer.choices[0].message.content)
    check("annotations", lambda: answer.choices[0].message.annotations[0].url_citation.title == "France")
    check("usage", lambda: answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens)
    check("sources", lambda: "Paris" in answer.model_extra["sources"][0]["document"][0])
    chunks = check("chat.completions.create, stream", lambda: list(completions.create(
        model=model, messages=MESSAGES, stream=True, stream_options={"include_usage": True})))
    check("its text", lambda: "Paris" in "".join(
        chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices))
    check("its usage", lambda: chunks[-1].usage is not None and chunks[-1].choices == [])

    def helper():
        with completions.stream(model=model, messages=MESSAGES) as stream:
            return "Paris" in stream.get_final_completion().choices[0].message.content

    check("chat.completions.stream helper", helper)
    history = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"},
               {"role": "assistant", "content": "Hi"}, *MESSAGES]
    check("history and system", lambda: completions.create(
        model=model, messages=history).choices[0].finish_reason == "stop")


def responses(model):
    create = client.responses.create
    check("responses.create", lambda: "Paris" in create(model=model, input=QUESTION).output_text)
    check("responses.create, input list", lambda: create(
        model=model, input=MESSAGES, instructions="Be brief.").status == "completed")
    check("responses.create, stream", lambda: [
        event.type for event in create(model=model, input=QUESTION, stream=True)][-1] == "response.completed")

    def helper():
        with client.responses.stream(model=model, input=MESSAGES) as stream:
            return "Paris" in stream.get_final_response().output_text

    check("responses.stream helper", helper)


def embeddings(models):
    create = client.embeddings.create
    check("embeddings, base64", lambda: len(create(model=models[-1].id, input="granite").data[0].embedding) == 384)
    check("embeddings, float, batch", lambda: len(create(
        model=models[-1].id, input=["granite", "Paris"], encoding_format="float").data) == 2)


def refusal(kind, run):
    """The code of the error of `kind` that `run` raises; another error is the check's failure."""
    try:
        run()
    except kind as error:
        return error.body["code"]
    return None


def errors():
    wrong = openai.OpenAI(base_url=BASE, api_key="wrong", max_retries=0)
    check("an unknown model is NotFoundError", lambda: refusal(
        openai.NotFoundError, lambda: client.chat.completions.create(model="gpt-5", messages=MESSAGES)) == "not_found")
    check("a wrong key is AuthenticationError", lambda: refusal(
        openai.AuthenticationError, wrong.models.list) == "unauthorized")


def deletions(store, file):
    check("vector_stores.files.delete", lambda: client.vector_stores.files.delete(
        file.id, vector_store_id=store.id).deleted)
    check("files.delete", lambda: client.files.delete(file.id).deleted)
    check("vector_stores.delete", lambda: client.vector_stores.delete(store.id).deleted)


def main():
    models = check("models.list", lambda: list(client.models.list()))
    store, file = files_and_stores()
    searches(store, file)
    chat("rag/Atlas")
    responses("rag/Atlas")
    embeddings(models)
    errors()
    deletions(store, file)
    checks.end()


main()
