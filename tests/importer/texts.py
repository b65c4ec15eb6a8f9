"""Documents of our own, set as the real ones are: a country report and a questionnaire with replies of Freedonia."""

REPORT = """\
FREEDONIA



This invented publication follows what Freedonia did about the Agenda for Action against CSEC.

Copyright © 2031, ECPAT International (2nd Edition)

CONTENTS

Prevention	19
Priority Actions Required	33
References	36
Endnotes	46

PREVENTION

Schools in Freedonia teach about rivers and mountains, and about¹ little² else³ than these.⁴

National plan of action

- Write a plan with dates and money, and print it in every language of Freedonia.
- Name one office that answers for the plan.

Prevention

- Teach in every school how to ask for help, beginning by 2033.

- Train teachers, doctors and drivers of buses to notice when a child is in danger, and tell them whom
to call.
- Pay for a study of what children themselves ask for.

Child participation

- Ask children before the plan is written, and again when it is reviewed.

ENDNOTES

- Ministry of Lakes. Report on lakes. 2030. Accessed on June 29, 2031 from: http://lakes.example.org/ report_2030.pdf
- Freedonian Penal Code, article 12.
- The Freedonia Herald. Schools reopen. 3 May 2030. Accessed 4 July 2031 from: http://herald.example.org/

- schools.html
- Ibid.
"""

QUESTIONNAIRE = """\
T-ES(2031)ICT-FD

# LANZAROTE CONVENTION

# Replies to the thematic questionnaire

# **FREEDONIA**

Replies registered by the Secretariat on 3 March 2031

#### **PREVENTION**

# Question 1 Lessons in schools

- 1.1. Are there lessons about the risks of:
  - a) pictures that children take of themselves?
  - b) messages that children send?
- 1.2. Who pays for them?

#### Replies to par.1.1 - 1.2

Yes, in every second school of Freedonia.

The Ministry of Lakes pays.

#### **PROSECUTION**

# Question 2. Police

How many officers work on such cases?

#### Reply to par.2

Twelve officers work on them.
"""
