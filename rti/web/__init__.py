"""The pages, the JSON API and what they share.

routes      every address, and the database login under which it works
pages/      HTML, one module a subject
api/        JSON, one module a subject
templates/  static/
"""
